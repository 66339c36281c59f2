"""The walk: a history met step by step by a database that holds rows, with probes, written down as evidence."""

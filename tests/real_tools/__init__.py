"""The migration tools themselves, run on the same directories as pgproof."""

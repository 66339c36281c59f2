"""The pytest side: the only folder that imports pytest."""

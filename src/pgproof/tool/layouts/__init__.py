"""The directory layouts of migration tools, behind one registry."""

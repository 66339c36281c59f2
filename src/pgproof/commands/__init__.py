"""What the commands other than ``verify`` do; ``pgproof.cli`` reads their words and prints what they return."""

"""The command tool: the team's own program, with psql as the program."""

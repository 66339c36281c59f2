"""Reserved: audits and rehearsals of live databases."""

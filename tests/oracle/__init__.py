"""An independent judge of migrations: psql, normalised pg_dump, and nothing of pgproof's own code."""

"""pgproof proves that PostgreSQL migrations are safe to ship: the public names."""

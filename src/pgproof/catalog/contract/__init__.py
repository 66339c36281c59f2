"""A catalog as blocks of lines in SQL's own words, and as TOML: the schema part of contract.toml."""

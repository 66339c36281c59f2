"""Everything a database declares, as typed values that compare across databases and server versions."""

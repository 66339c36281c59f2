no SQL

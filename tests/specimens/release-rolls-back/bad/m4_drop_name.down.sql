ALTER TABLE people ADD COLUMN name text;

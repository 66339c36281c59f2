UPDATE people SET name = full_name WHERE name IS NULL;
ALTER TABLE people ALTER COLUMN name SET NOT NULL;
ALTER TABLE people DROP COLUMN full_name;

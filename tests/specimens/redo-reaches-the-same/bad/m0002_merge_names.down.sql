ALTER TABLE users ADD COLUMN first_name text, ADD COLUMN last_name text;
ALTER TABLE users DROP COLUMN full_name;

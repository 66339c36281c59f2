ALTER TABLE users ADD COLUMN first_name text, ADD COLUMN last_name text;
UPDATE users
SET first_name = split_part(full_name, ' ', 1), last_name = substr(full_name, strpos(full_name, ' ') + 1);
ALTER TABLE users DROP COLUMN full_name;

-- Released with the name alone; the phone came later, in the same file.
ALTER TABLE users ADD COLUMN IF NOT EXISTS name text;
ALTER TABLE users ADD COLUMN IF NOT EXISTS phone text;

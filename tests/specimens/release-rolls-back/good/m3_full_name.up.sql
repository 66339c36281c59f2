ALTER TABLE people ADD COLUMN IF NOT EXISTS full_name text NOT NULL DEFAULT '';
UPDATE people SET full_name = name WHERE full_name = '';
ALTER TABLE people ALTER COLUMN name DROP NOT NULL;

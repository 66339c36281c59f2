ALTER TABLE users ADD COLUMN IF NOT EXISTS full_name text;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'first_name') THEN
        UPDATE users SET full_name = first_name || ' ' || last_name WHERE full_name IS NULL;
    END IF;
END
$$;
ALTER TABLE users DROP COLUMN IF EXISTS first_name, DROP COLUMN IF EXISTS last_name;

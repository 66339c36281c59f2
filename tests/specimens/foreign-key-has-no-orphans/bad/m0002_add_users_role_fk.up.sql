-- NOT VALID, because the key was refused: the rows are looked at another day.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'users_role_id_fkey' AND conrelid = 'users'::regclass) THEN
        ALTER TABLE users ADD CONSTRAINT users_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id) NOT VALID;
    END IF;
END
$$;

UPDATE users SET role_id = NULL
WHERE role_id IS NOT NULL AND NOT EXISTS (SELECT FROM roles WHERE roles.id = users.role_id);

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'users_role_id_fkey' AND conrelid = 'users'::regclass) THEN
        ALTER TABLE users ADD CONSTRAINT users_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id) NOT VALID;
    END IF;
END
$$;

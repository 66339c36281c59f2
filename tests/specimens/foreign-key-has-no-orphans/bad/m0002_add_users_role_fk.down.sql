ALTER TABLE users DROP CONSTRAINT IF EXISTS users_role_id_fkey;

ALTER TABLE users VALIDATE CONSTRAINT users_role_id_fkey;

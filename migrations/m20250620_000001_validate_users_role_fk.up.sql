-- Reads all users, and lets them be read and written meanwhile (SHARE UPDATE EXCLUSIVE).
ALTER TABLE users VALIDATE CONSTRAINT users_role_id_fkey;

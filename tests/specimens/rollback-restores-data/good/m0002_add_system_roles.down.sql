DELETE FROM roles WHERE name = 'admin';
ALTER TABLE roles DROP COLUMN IF EXISTS is_system;

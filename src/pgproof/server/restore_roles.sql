-- The shared catalogs of roles, as they were: what a clone dropped is there again, with its oid.
BEGIN;
SET LOCAL allow_system_table_mods = on;
DELETE FROM pg_auth_members;
DELETE FROM pg_db_role_setting WHERE setrole IN (SELECT oid FROM kept_roles);
DELETE FROM pg_authid WHERE oid IN (SELECT oid FROM kept_roles WHERE oid >= 16384);
INSERT INTO pg_authid SELECT * FROM kept_roles WHERE oid >= 16384;
INSERT INTO pg_auth_members SELECT * FROM kept_members;
INSERT INTO pg_db_role_setting SELECT * FROM kept_settings WHERE setdatabase = 0 OR setdatabase IN (SELECT oid FROM pg_database);
INSERT INTO pg_shdepend SELECT * FROM kept_uses;
COMMIT;
DROP TABLE kept_roles, kept_members, kept_settings, kept_uses;

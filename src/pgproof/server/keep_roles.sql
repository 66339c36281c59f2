-- The shared catalogs of roles, as they are now; a database lets go of the roles that it names.
BEGIN;
SET LOCAL allow_system_table_mods = on;
CREATE TEMP TABLE kept_roles AS SELECT * FROM pg_authid;
CREATE TEMP TABLE kept_members AS SELECT * FROM pg_auth_members;
CREATE TEMP TABLE kept_settings AS SELECT * FROM pg_db_role_setting WHERE setrole <> 0;
CREATE TEMP TABLE kept_uses AS
SELECT s.*
  FROM pg_shdepend s
 WHERE s.refclassid = 'pg_authid'::regclass
   AND s.refobjid NOT IN (SELECT oid FROM pg_roles WHERE rolname = {tool})
   AND (s.dbid = (SELECT oid FROM pg_database WHERE datname = {name})
        OR s.classid = 'pg_database'::regclass AND s.objid = (SELECT oid FROM pg_database WHERE datname = {name}));
DELETE FROM pg_shdepend s USING kept_uses k WHERE s IS NOT DISTINCT FROM k;
COMMIT;

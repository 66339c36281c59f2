-- Copied as they are: a statement (ALTER DATABASE … SET, GRANT) would have to quote lists anew and to act as each grantor.
BEGIN;
SET LOCAL allow_system_table_mods = on;

INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT n.oid, s.setrole, s.setconfig
  FROM pg_db_role_setting s
  JOIN pg_database t ON t.oid = s.setdatabase
 CROSS JOIN pg_database n
 WHERE t.datname = {template} AND n.datname = {name};

UPDATE pg_database n
   SET datacl = t.datacl
  FROM pg_database t
 WHERE t.datname = {template} AND n.datname = {name} AND t.datacl IS NOT NULL;

-- Who is named in an ACL cannot be dropped.
INSERT INTO pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
SELECT s.dbid, s.classid, n.oid, s.objsubid, s.refclassid, s.refobjid, s.deptype
  FROM pg_shdepend s
  JOIN pg_database t ON t.oid = s.objid
 CROSS JOIN pg_database n
 WHERE t.datname = {template} AND n.datname = {name}
   AND s.classid = 'pg_database'::regclass AND s.dbid = 0 AND s.deptype = 'a';

COMMIT;

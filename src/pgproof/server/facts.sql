SELECT pg_get_userbyid(d.datdba),
       d.datconnlimit,
       shobj_description(d.oid, 'pg_database'),
       d.datacl IS NOT NULL OR EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setdatabase = d.oid),
       ARRAY(SELECT format('%%s (%%s, pid %%s)', coalesce(nullif(a.application_name, ''), a.backend_type), a.usename, a.pid)
               FROM pg_stat_activity a
              WHERE a.datid = d.oid AND a.usesysid IS NOT NULL -- autovacuum has none, and makes way
              ORDER BY a.pid)
  FROM pg_database d
 WHERE d.datname = %s

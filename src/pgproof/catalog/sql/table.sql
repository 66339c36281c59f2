-- Ordinary, partitioned and foreign tables. The scalar subqueries plan faster than joins, and most are never run.
SELECT
  c.oid::int8 AS unit,
  0 AS member,
  c.oid::regclass::text AS identity,
  c.relname::text AS name,
  pg_get_userbyid(c.relowner)::text AS owner,
  CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS persistence,
  CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS variety,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
  nullif(c.relispartition, false) AS is_partition,
  pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
  CASE WHEN c.relispartition
    THEN (SELECT true FROM pg_inherits AS i WHERE i.inhrelid = c.oid AND i.inhdetachpending) END AS detach_pending,
  (SELECT array_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) FROM pg_inherits AS i WHERE i.inhrelid = c.oid)
    AS inherits,
  CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
  nullif(c.relrowsecurity, false) AS row_security,
  nullif(c.relforcerowsecurity, false) AS force_row_security,
  CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END AS replica_identity,
  c.reloptions AS options,
  t.reloptions AS toast_options,
  CASE WHEN c.relkind = 'f' THEN (
    SELECT ARRAY['server=' || v.srvname] || x.ftoptions
    FROM pg_foreign_table AS x JOIN pg_foreign_server AS v ON v.oid = x.ftserver WHERE x.ftrelid = c.oid
  ) END AS foreign_options,
  CASE WHEN c.relam NOT IN (0, 2) THEN (SELECT m.amname::text FROM pg_am AS m WHERE m.oid = c.relam) END
    AS access_method,
  CASE WHEN c.reltablespace <> 0
    THEN (SELECT s.spcname::text FROM pg_tablespace AS s WHERE s.oid = c.reltablespace) END AS tablespace
FROM pg_class AS c
LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL
WHERE c.relkind IN ('r', 'p', 'f') AND {relations:c.oid}

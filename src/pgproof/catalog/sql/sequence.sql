-- Declarations of sequences, those of identity columns included.
SELECT
  c.oid::int8 AS unit,
  c.oid::int8 AS member,
  c.oid::regclass::text AS identity,
  c.relname::text AS name,
  pg_get_userbyid(c.relowner)::text AS owner,
  format_type(s.seqtypid, NULL) AS type,
  s.seqstart AS start,
  s.seqmin AS minimum,
  s.seqmax AS maximum,
  s.seqincrement AS increment,
  s.seqcycle AS cycle,
  s.seqcache AS cache,
  CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
  t.oid::regclass::text AS owner_table,
  t.relname::text AS table_name,
  a.attname::text AS column_name,
  nullif(quote_ident(a.attname), a.attname) AS label
FROM pg_class AS c
JOIN pg_sequence AS s ON s.seqrelid = c.oid
LEFT JOIN pg_depend AS d
  ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
  AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class AS t ON t.oid = d.refobjid
LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relkind = 'S' AND {relations:c.oid}

-- Columns of tables. "default" holds the expression of a generated column too; pg_get_expr is faster where it need not
-- look at the relation.
SELECT
  a.attrelid::int8 AS unit,
  a.attnum AS member,
  nullif(quote_ident(a.attname), a.attname) AS label,
  a.attname::text AS name,
  format_type(a.atttypid, a.atttypmod) AS type,
  NOT a.attnotnull AS nullable,
  CASE WHEN a.atthasdef THEN (
    SELECT pg_get_expr(e.adbin, CASE a.attgenerated WHEN '' THEN 0 ELSE e.adrelid END)
    FROM pg_attrdef AS e WHERE e.adrelid = a.attrelid AND e.adnum = a.attnum
  ) END AS "default",
  CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
  CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity_mode,
  CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generated_kind,
  CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' WHEN 'e' THEN 'external' ELSE 'extended' END
  END AS storage,
  CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
  nullif(a.attstattarget, -1) AS statistics,
  -- from 15.20 on, and its like, PostgreSQL keeps a number of its own among them
  CASE WHEN a.attoptions IS NOT NULL THEN
    nullif(ARRAY(SELECT o FROM unnest(a.attoptions) AS o WHERE NOT starts_with(o, 'pg_attver=')), '{}')
  END AS options,
  a.attfdwoptions AS foreign_options
FROM pg_attribute AS a
JOIN {every_type} AS t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped AND {tables:a.attrelid}

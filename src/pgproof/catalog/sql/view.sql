-- Views and materialized views.
SELECT
  c.oid::int8 AS unit,
  0 AS member,
  c.oid::regclass::text AS identity,
  c.relname::text AS name,
  pg_get_userbyid(c.relowner)::text AS owner,
  pg_get_viewdef(c.oid) AS definition,
  CASE c.relkind WHEN 'm' THEN true END AS materialized,
  nullif(c.relispopulated, true) AS is_populated,
  (
    SELECT array_agg(
      quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
      || coalesce(' DEFAULT ' || pg_get_expr(e.adbin, e.adrelid), '') ORDER BY a.attnum)
    FROM pg_attribute AS a LEFT JOIN pg_attrdef AS e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS columns,
  c.reloptions AS options
FROM pg_class AS c WHERE c.relkind IN ('v', 'm') AND {relations:c.oid}

-- Columns that keys and indexes mention and that are not read themselves: of referenced tables, materialized views.
SELECT DISTINCT a.attrelid::int8 AS unit, a.attnum AS member, a.attname::text AS name,
  quote_ident(a.attname) AS label,
  format_type(a.atttypid, a.atttypmod) AS type,
  CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation
FROM (
  SELECT k.confrelid AS relation FROM pg_constraint AS k
  WHERE k.contype = 'f' AND {tables:k.conrelid} AND {unread:k.confrelid}
  UNION
  SELECT c.oid FROM pg_class AS c WHERE c.relkind = 'm' AND {relations:c.oid}
) AS m
JOIN pg_attribute AS a ON a.attrelid = m.relation AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid

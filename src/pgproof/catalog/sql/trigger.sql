-- Triggers that users made, and their copies on partitions (internal ones on 14).
SELECT
  g.tgrelid::int8 AS unit,
  g.oid::int8 AS member,
  quote_ident(g.tgname) AS label,
  g.tgname::text AS name,
  pg_get_triggerdef(g.oid) AS definition,
  CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
FROM pg_trigger AS g
WHERE {relations:g.tgrelid} AND (NOT g.tgisinternal OR g.tgparentid <> 0 AND g.tgconstraint = 0)

-- Constraints of tables and domains; NOT NULL (18 and later) belongs to the column. The keys that PostgreSQL adds on the
-- referencing table for each partition of the referenced one are that key's own means.
SELECT
  CASE k.conrelid WHEN 0 THEN (1::int8 << 32) + k.contypid::int8 ELSE k.conrelid::int8 END AS unit,
  k.oid::int8 AS member,
  nullif(quote_ident(k.conname), k.conname) AS label,
  k.conname::text AS name,
  k.contype::text AS type,
  k.conkey AS columns,
  pg_get_constraintdef(k.oid) AS definition,
  CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid::int8 END AS index,
  CASE WHEN k.confrelid <> 0 THEN k.confrelid::regclass::text END AS "references",
  nullif(k.confrelid, 0)::int8 AS referenced_unit,
  k.confkey AS referenced_columns,
  nullif(k.convalidated, true) AS is_validated,
  {is_enforced} AS is_enforced,
  nullif(k.condeferrable, false) AS deferrable,
  nullif(k.condeferred, false) AS initially_deferred,
  CASE WHEN k.contype = 'c' THEN nullif(k.connoinherit, false) END AS no_inherit,
  CASE
    WHEN k.conparentid <> 0 THEN (
      SELECT p.conrelid::regclass::text || '.' || quote_ident(p.conname)
      FROM pg_constraint AS p WHERE p.oid = k.conparentid
    )
    WHEN k.coninhcount > 0 THEN (
      SELECT min(p.conrelid::regclass::text || '.' || quote_ident(p.conname))
      FROM pg_inherits AS i JOIN pg_constraint AS p ON p.conrelid = i.inhparent AND p.conname = k.conname
      WHERE i.inhrelid = k.conrelid
    )
  END AS inherited_from,
  CASE WHEN k.contype = 'f' AND k.confmatchtype = 'f' THEN true END AS match_full,
  CASE WHEN k.contype = 'f' AND k.oid IN (
    SELECT g.tgconstraint FROM pg_trigger AS g WHERE g.tgisinternal AND g.tgenabled IN ('D', 'R')
  ) THEN (
    SELECT count(*) FROM pg_trigger AS g
    WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled IN ('D', 'R')
  ) END AS disabled_triggers
FROM pg_constraint AS k
WHERE ({relations:k.conrelid} OR {types:k.contypid}) AND k.contype <> 'n'
  AND (k.conparentid = 0
    OR k.conrelid <> (SELECT p.conrelid FROM pg_constraint AS p WHERE p.oid = k.conparentid))

-- NOT NULL constraints of tables (18 and later), where there is more to them than attnotnull says.
SELECT
  k.conrelid::int8 AS unit,
  k.conkey[1] AS member,
  k.conname::text AS name,
  k.convalidated AS is_validated,
  k.connoinherit AS no_inherit,
  k.coninhcount > 0 AND EXISTS (
    SELECT FROM pg_inherits AS i JOIN pg_constraint AS p ON p.conrelid = i.inhparent AND p.conname = k.conname
    WHERE i.inhrelid = k.conrelid
  ) AS is_inherited
FROM pg_constraint AS k
WHERE {relations:k.conrelid} AND k.contype = 'n'
  AND (NOT k.convalidated OR k.connoinherit OR k.conname !~ '_not_null[0-9]*$')

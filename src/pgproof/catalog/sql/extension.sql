-- Extensions.
SELECT
  (4::int8 << 32) + x.oid::int8 AS unit,
  x.oid::int8 AS member,
  quote_ident(x.extname) AS identity,
  x.extnamespace::regnamespace::text AS schema,
  x.extversion AS version
FROM pg_extension AS x WHERE {extensions:x.oid}

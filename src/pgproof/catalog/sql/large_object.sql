-- Who owns large objects. Each single one is data.
SELECT
  (25::int8 << 32) + l.lomowner::int8 AS unit,
  'of ' || quote_ident(pg_get_userbyid(l.lomowner)) AS identity,
  pg_get_userbyid(l.lomowner)::text AS owner
FROM pg_largeobject_metadata AS l GROUP BY l.lomowner

-- Schemas. Who owns "public" before anybody touched it depends on the release.
SELECT
  (3::int8 << 32) + s.oid::int8 AS unit,
  s.oid::int8 AS member,
  quote_ident(s.nspname) AS identity,
  CASE WHEN s.oid = 2200 AND s.nspowner = 10 AND current_setting('server_version_num')::int < 150000
    THEN 'pg_database_owner' ELSE pg_get_userbyid(s.nspowner)::text END AS owner
FROM pg_namespace AS s WHERE s.nspname !~ '^pg_' AND s.nspname <> 'information_schema' AND {schemas:s.oid}

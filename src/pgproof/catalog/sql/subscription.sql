-- Subscriptions of this database: what every release knows of them and everybody may see. How they connect is a secret,
-- and the default of "streaming" depends on the release.
SELECT
  (22::int8 << 32) + s.oid::int8 AS unit,
  quote_ident(s.subname) AS identity,
  pg_get_userbyid(s.subowner)::text AS owner,
  array_remove(ARRAY[
    'PUBLICATION ' || array_to_string(s.subpublications, ', '),
    CASE WHEN NOT s.subenabled THEN 'DISABLED' END,
    CASE WHEN s.subbinary THEN 'BINARY' END,
    'SLOT_NAME = ' || coalesce(s.subslotname::text, 'NONE'),
    'SYNCHRONOUS_COMMIT = ' || nullif(s.subsynccommit, 'off')
  ], NULL) AS definition,
  obj_description(s.oid, 'pg_subscription') AS comment
FROM pg_subscription AS s
WHERE {class22:s.oid} AND s.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())

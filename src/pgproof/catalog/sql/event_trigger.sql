-- Event triggers.
SELECT
  (23::int8 << 32) + e.oid::int8 AS unit,
  quote_ident(e.evtname) AS identity,
  pg_get_userbyid(e.evtowner)::text AS owner,
  array_remove(ARRAY[
    'ON ' || e.evtevent::text,
    'WHEN TAG IN (' || (SELECT string_agg(quote_literal(t.tag), ', ' ORDER BY t.tag) FROM unnest(e.evttags) AS t (tag)) || ')',
    'EXECUTE FUNCTION ' || e.evtfoid::regprocedure::text,
    CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END
  ], NULL) AS definition,
  obj_description(e.oid, 'pg_event_trigger') AS comment
FROM pg_event_trigger AS e WHERE {class23:e.oid}

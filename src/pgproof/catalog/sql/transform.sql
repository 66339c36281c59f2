-- Transforms.
SELECT
  (19::int8 << 32) + t.oid::int8 AS unit,
  'FOR ' || format_type(t.trftype, NULL) || ' LANGUAGE ' || quote_ident(l.lanname) AS identity,
  array_remove(ARRAY[
    'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql::oid, 0)::regprocedure::text,
    'TO SQL WITH FUNCTION ' || nullif(t.trftosql::oid, 0)::regprocedure::text
  ], NULL) AS definition,
  obj_description(t.oid, 'pg_transform') AS comment
FROM pg_transform AS t JOIN pg_language AS l ON l.oid = t.trflang WHERE {class19:t.oid}

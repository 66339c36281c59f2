-- Languages.
SELECT
  (18::int8 << 32) + l.oid::int8 AS unit,
  quote_ident(l.lanname) AS identity,
  pg_get_userbyid(l.lanowner)::text AS owner,
  array_remove(ARRAY[
    CASE WHEN l.lanpltrusted THEN 'TRUSTED' END,
    'HANDLER ' || nullif(l.lanplcallfoid, 0)::regprocedure::text,
    'INLINE ' || nullif(l.laninline, 0)::regprocedure::text,
    'VALIDATOR ' || nullif(l.lanvalidator, 0)::regprocedure::text
  ], NULL) AS definition,
  obj_description(l.oid, 'pg_language') AS comment
FROM pg_language AS l WHERE {class18:l.oid}

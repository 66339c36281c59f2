-- Access methods.
SELECT
  (20::int8 << 32) + m.oid::int8 AS unit,
  quote_ident(m.amname) AS identity,
  ARRAY[
    'TYPE ' || CASE m.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END,
    'HANDLER ' || m.amhandler::oid::regprocedure::text
  ] AS definition,
  obj_description(m.oid, 'pg_am') AS comment
FROM pg_am AS m WHERE {class20:m.oid}

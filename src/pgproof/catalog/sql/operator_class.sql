-- Operator classes; what they are made of is their families'.
SELECT
  (8::int8 << 32) + c.oid::int8 AS unit,
  quote_ident(n.nspname) || '.' || quote_ident(c.opcname) || ' USING ' || quote_ident(m.amname) AS identity,
  pg_get_userbyid(c.opcowner)::text AS owner,
  array_remove(ARRAY[
    'FOR TYPE ' || format_type(c.opcintype, NULL),
    CASE WHEN c.opcdefault THEN 'DEFAULT' END,
    'FAMILY ' || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname),
    'STORAGE ' || format_type(nullif(c.opckeytype, 0), NULL)
  ], NULL) AS definition,
  obj_description(c.oid, 'pg_opclass') AS comment
FROM pg_opclass AS c
JOIN pg_namespace AS n ON n.oid = c.opcnamespace
JOIN pg_am AS m ON m.oid = c.opcmethod
JOIN pg_opfamily AS f ON f.oid = c.opcfamily
JOIN pg_namespace AS fn ON fn.oid = f.opfnamespace
WHERE {class8:c.oid}

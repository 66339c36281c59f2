-- Enums, domains, ranges and composite types.
SELECT
  CASE t.typtype WHEN 'c' THEN t.typrelid::int8 ELSE (1::int8 << 32) + t.oid::int8 END AS unit,
  t.oid::int8 AS member,
  format_type(t.oid, NULL) AS identity,
  t.typname::text AS name,
  pg_get_userbyid(t.typowner)::text AS owner,
  CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite' END AS variety,
  CASE WHEN t.typtype = 'e' THEN (
    SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid
  ) END AS labels,
  CASE t.typtype
    WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
    WHEN 'r' THEN (SELECT format_type(r.rngsubtype, NULL) FROM pg_range AS r WHERE r.rngtypid = t.oid)
  END AS base,
  CASE WHEN t.typtype = 'd' THEN nullif(NOT t.typnotnull, true) END AS nullable,
  CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) END AS "default",
  CASE WHEN t.typtype = 'd' THEN (
    SELECT t.typcollation::regcollation::text FROM pg_type AS b
    WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation
  ) END AS collation,
  CASE t.typtype
    WHEN 'c' THEN (
      SELECT array_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) || CASE
          WHEN a.attcollation = b.typcollation THEN '' ELSE ' COLLATE ' || a.attcollation::regcollation::text
        END ORDER BY a.attnum)
      FROM pg_attribute AS a JOIN pg_type AS b ON b.oid = a.atttypid
      WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    )
    WHEN 'r' THEN (
      SELECT ARRAY[
        'subtype_opclass = ' || quote_ident(n.nspname) || '.' || quote_ident(o.opcname),
        'collation = ' || r.rngcollation::regcollation::text,
        'canonical = ' || r.rngcanonical::text,
        'subtype_diff = ' || r.rngsubdiff::text,
        'multirange_type_name = ' || format_type(r.rngmultitypid, NULL)
      ]
      FROM pg_range AS r JOIN pg_opclass AS o ON o.oid = r.rngsubopc JOIN pg_namespace AS n ON n.oid = o.opcnamespace
      WHERE r.rngtypid = t.oid
    )
  END AS attributes
FROM pg_type AS t
WHERE {types:t.oid} AND (
  t.typtype IN ('e', 'd', 'r')
  OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')
)

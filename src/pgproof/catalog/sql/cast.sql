-- Casts, those that come with a range type left out.
SELECT
  (9::int8 << 32) + c.oid::int8 AS unit,
  format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) AS identity,
  array_remove(ARRAY[
    CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure::text
      WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
    CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END
  ], NULL) AS definition,
  obj_description(c.oid, 'pg_cast') AS comment
FROM pg_cast AS c WHERE {class9:c.oid}
  AND (c.castsource, c.casttarget) NOT IN (SELECT r.rngtypid, r.rngmultitypid FROM pg_range AS r)

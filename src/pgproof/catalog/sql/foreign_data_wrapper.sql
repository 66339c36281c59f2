-- Foreign-data wrappers. A value that may be secret is left out.
SELECT
  (15::int8 << 32) + f.oid::int8 AS unit,
  quote_ident(f.fdwname) AS identity,
  pg_get_userbyid(f.fdwowner)::text AS owner,
  array_remove(ARRAY[
    'HANDLER ' || nullif(f.fdwhandler, 0)::regprocedure::text,
    'VALIDATOR ' || nullif(f.fdwvalidator, 0)::regprocedure::text
  ], NULL) || ARRAY(
    SELECT 'OPTION ' || CASE WHEN o.said ~* '^[^=]*(pass|pwd|secret|token|key|cred)' THEN split_part(o.said, '=', 1)
      ELSE o.said END
    FROM unnest(f.fdwoptions) AS o (said) ORDER BY 1
  ) AS definition,
  obj_description(f.oid, 'pg_foreign_data_wrapper') AS comment
FROM pg_foreign_data_wrapper AS f WHERE {class15:f.oid}

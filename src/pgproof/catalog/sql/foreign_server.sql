-- Foreign servers. A value that may be secret is left out.
SELECT
  (16::int8 << 32) + s.oid::int8 AS unit,
  quote_ident(s.srvname) AS identity,
  pg_get_userbyid(s.srvowner)::text AS owner,
  array_remove(ARRAY[
    'FOREIGN DATA WRAPPER ' || quote_ident(f.fdwname),
    'TYPE ' || quote_literal(s.srvtype),
    'VERSION ' || quote_literal(s.srvversion)
  ], NULL) || ARRAY(
    SELECT 'OPTION ' || CASE WHEN o.said ~* '^[^=]*(pass|pwd|secret|token|key|cred)' THEN split_part(o.said, '=', 1)
      ELSE o.said END
    FROM unnest(s.srvoptions) AS o (said) ORDER BY 1
  ) AS definition,
  obj_description(s.oid, 'pg_foreign_server') AS comment
FROM pg_foreign_server AS s JOIN pg_foreign_data_wrapper AS f ON f.oid = s.srvfdw WHERE {class16:s.oid}

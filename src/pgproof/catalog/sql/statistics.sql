-- Extended statistics, each with its table.
SELECT
  s.stxrelid::int8 AS unit,
  s.oid::int8 AS member,
  n.identity,
  s.stxname::text AS name,
  pg_get_userbyid(s.stxowner)::text AS owner,
  substr(pg_get_statisticsobjdef(s.oid), length('CREATE STATISTICS ' || n.identity || ' ') + 1) AS definition,
  nullif((to_jsonb(s) ->> 'stxstattarget')::int, -1) AS target,
  ARRAY(
    SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])
    ORDER BY a.attnum
  ) || array_fill('expr'::text, ARRAY[coalesce(cardinality(pg_get_statisticsobjdef_expressions(s.oid)), 0)]) AS columns
FROM pg_statistic_ext AS s, LATERAL (
  SELECT s.stxnamespace::regnamespace::text || '.' || quote_ident(s.stxname) AS identity
) AS n
WHERE {relations:s.stxrelid}

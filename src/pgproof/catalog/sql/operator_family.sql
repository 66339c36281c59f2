-- Operator families, with the operators and functions of their classes.
SELECT
  (7::int8 << 32) + f.oid::int8 AS unit,
  quote_ident(n.nspname) || '.' || quote_ident(f.opfname) || ' USING ' || quote_ident(m.amname) AS identity,
  pg_get_userbyid(f.opfowner)::text AS owner,
  ARRAY(
    SELECT 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator::text || coalesce((
      SELECT ' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname)
      FROM pg_opfamily AS s JOIN pg_namespace AS sn ON sn.oid = s.opfnamespace WHERE s.oid = o.amopsortfamily), '')
    FROM pg_amop AS o WHERE o.amopfamily = f.oid
    ORDER BY o.amopstrategy, o.amopopr::regoperator::text COLLATE "C"
  ) || ARRAY(
    SELECT 'FUNCTION ' || p.amprocnum || ' (' || format_type(p.amproclefttype, NULL) || ', '
      || format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::oid::regprocedure::text
    FROM pg_amproc AS p WHERE p.amprocfamily = f.oid
    ORDER BY p.amprocnum, (format_type(p.amproclefttype, NULL) || ' ' || format_type(p.amprocrighttype, NULL)) COLLATE "C"
  ) AS definition,
  obj_description(f.oid, 'pg_opfamily') AS comment
FROM pg_opfamily AS f
JOIN pg_namespace AS n ON n.oid = f.opfnamespace
JOIN pg_am AS m ON m.oid = f.opfmethod
WHERE {class7:f.oid}

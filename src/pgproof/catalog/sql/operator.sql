-- Operators.
SELECT
  (6::int8 << 32) + o.oid::int8 AS unit,
  o.oid::regoperator::text AS identity,
  pg_get_userbyid(o.oprowner)::text AS owner,
  array_remove(ARRAY[
    'FUNCTION = ' || nullif(o.oprcode::oid, 0)::regprocedure::text,
    'COMMUTATOR = ' || nullif(o.oprcom, 0)::regoperator::text,
    'NEGATOR = ' || nullif(o.oprnegate, 0)::regoperator::text,
    'RESTRICT = ' || nullif(o.oprrest::oid, 0)::regprocedure::text,
    'JOIN = ' || nullif(o.oprjoin::oid, 0)::regprocedure::text,
    CASE WHEN o.oprcanhash THEN 'HASHES' END,
    CASE WHEN o.oprcanmerge THEN 'MERGES' END
  ], NULL) AS definition,
  obj_description(o.oid, 'pg_operator') AS comment
FROM pg_operator AS o WHERE {class6:o.oid}

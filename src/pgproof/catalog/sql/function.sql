-- Functions, procedures and aggregates.
SELECT
  (2::int8 << 32) + p.oid::int8 AS unit,
  p.oid::int8 AS member,
  p.oid::regprocedure::text AS identity,
  pg_get_userbyid(p.proowner)::text AS owner,
  CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
    SELECT concat_ws(', ',
      'ARGUMENTS = (' || pg_get_function_arguments(p.oid) || ')',
      'RETURNS = ' || format_type(p.prorettype, NULL),
      'KIND = ' || a.aggkind::text,
      'SFUNC = ' || a.aggtransfn::oid::regprocedure::text,
      'STYPE = ' || format_type(a.aggtranstype, NULL),
      'SSPACE = ' || nullif(a.aggtransspace, 0),
      'FINALFUNC = ' || nullif(a.aggfinalfn, 0)::oid::regprocedure::text,
      'FINALFUNC_EXTRA = ' || nullif(a.aggfinalextra, false),
      'FINALFUNC_MODIFY = ' || a.aggfinalmodify::text,
      'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0)::oid::regprocedure::text,
      'SERIALFUNC = ' || nullif(a.aggserialfn, 0)::oid::regprocedure::text,
      'DESERIALFUNC = ' || nullif(a.aggdeserialfn, 0)::oid::regprocedure::text,
      'INITCOND = ' || quote_literal(a.agginitval),
      'MSFUNC = ' || nullif(a.aggmtransfn, 0)::oid::regprocedure::text,
      'MINVFUNC = ' || nullif(a.aggminvtransfn, 0)::oid::regprocedure::text,
      'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL),
      'MFINALFUNC = ' || nullif(a.aggmfinalfn, 0)::oid::regprocedure::text,
      'MINITCOND = ' || quote_literal(a.aggminitval),
      'SORTOP = ' || nullif(a.aggsortop, 0)::regoperator::text,
      'PARALLEL = ' || p.proparallel::text)
    FROM pg_aggregate AS a WHERE a.aggfnoid = p.oid
  ) END AS definition
FROM pg_proc AS p WHERE p.prosrc !~ '^(multi)?range_constructor[0-3]$' AND {functions:p.oid}

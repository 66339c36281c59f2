-- For each foreign key that was asked for, in that order, what the server knows of it beyond its declaration, as
-- (rank, whether the referencing table is partitioned, whether the referenced one is, operators, collations, whether its
-- last column is a PERIOD). Operators as JSON texts, '=' where it is the system's own; collations as JSON texts: the
-- referenced column's, where the two ends have different ones, else ''. Both are empty where it is no constraint yet.
SELECT asked.rank,
       coalesce(f.relkind = 'p', false),
       coalesce(p.relkind = 'p', false),
       coalesce(ends.operators, '[]'),
       coalesce(ends.collations, '[]'),
       coalesce((to_jsonb(c) ->> 'conperiod')::bool, false)
  FROM unnest({tables}::text[], {names}::text[], {references}::text[]) WITH ORDINALITY
       AS asked(referencing, name, referenced, rank)
  LEFT JOIN pg_catalog.pg_class f ON f.oid = to_regclass(asked.referencing)
  LEFT JOIN pg_catalog.pg_class p ON p.oid = to_regclass(asked.referenced)
  LEFT JOIN pg_catalog.pg_constraint c
         ON c.conrelid = f.oid AND c.confrelid = p.oid AND c.conname = asked.name AND c.contype = 'f'
  LEFT JOIN LATERAL (
    SELECT json_agg(CASE WHEN n.nspname = 'pg_catalog' THEN o.oprname::text
                         ELSE format('OPERATOR(%I.%s)', n.nspname, o.oprname) END ORDER BY k.rank)::text AS operators,
           json_agg(CASE WHEN a.attcollation = b.attcollation OR b.attcollation = 0 THEN ''
                         ELSE b.attcollation::regcollation::text END ORDER BY k.rank)::text AS collations
      FROM unnest(c.conkey, c.confkey, c.conpfeqop) WITH ORDINALITY AS k(here, there, operator, rank)
      JOIN pg_catalog.pg_operator o ON o.oid = k.operator
      JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.here
      JOIN pg_catalog.pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.there
  ) ends ON true
 ORDER BY asked.rank

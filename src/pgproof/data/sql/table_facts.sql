-- What the generator must know about tables beyond the catalog, as JSON texts: the tables at once; and by their oids the
-- columns, the CHECKs, and the unique indexes and exclusions of each.
SELECT coalesce(json_agg(json_build_object(
           'oid', c.oid::bigint, 'name', t.name, 'bare', c.relname, 'kind', c.relkind::text,
           'has_rules', c.relhasrules AND EXISTS (
               SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND w.ev_type IN ('2', '3')),
           'has_triggers', c.relhastriggers AND EXISTS (
               SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal),
           'has_children', c.relhassubclass)), '[]')::text
  FROM unnest({tables}::text[]) AS t(name)
  JOIN pg_catalog.pg_class c ON c.oid = t.name::regclass;
SELECT a.attrelid::bigint, json_agg(json_build_object(
           'number', a.attnum, 'name', a.attname, 'quoted', quote_ident(a.attname),
           'type', a.atttypid::bigint, 'modifier', a.atttypmod, 'sql', format_type(a.atttypid, a.atttypmod),
           'is_required', a.attnotnull, 'is_identity', a.attidentity <> '',
           'default', CASE a.attgenerated WHEN '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END,
           'generated', CASE a.attgenerated WHEN '' THEN '' ELSE pg_get_expr(d.adbin, d.adrelid) END,
           'sequence', coalesce(s.name, ''),
           'smallest', s.seqmin, 'largest', s.seqmax, 'increment', s.seqincrement
       ) ORDER BY a.attnum)::text
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN (
    SELECT DISTINCT ON (f.relid, f.attnum) f.relid, f.attnum, q.seqrelid::regclass::text AS name,
           q.seqmin, q.seqmax, q.seqincrement
      FROM (SELECT d.adrelid, d.adnum, p.refobjid
              FROM pg_catalog.pg_attrdef d
              JOIN pg_catalog.pg_depend p
                ON p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
               AND p.refclassid = 'pg_catalog.pg_class'::regclass
             WHERE d.adrelid = ANY ({tables}::regclass[]::oid[])
            UNION ALL
            SELECT p.refobjid, p.refobjsubid, p.objid
              FROM pg_catalog.pg_depend p
             WHERE p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjsubid > 0
               AND p.refobjid = ANY ({tables}::regclass[]::oid[])
               AND p.classid = 'pg_catalog.pg_class'::regclass AND p.deptype = 'i') f(relid, attnum, sequence)
      JOIN pg_catalog.pg_sequence q ON q.seqrelid = f.sequence
     ORDER BY f.relid, f.attnum, f.sequence
  ) s ON s.relid = a.attrelid AND s.attnum = a.attnum
 WHERE a.attrelid = ANY ({tables}::regclass[]::oid[])
   AND a.attnum > 0 AND NOT a.attisdropped
 GROUP BY a.attrelid;
SELECT n.conrelid::bigint, json_agg(json_build_object(
           'name', n.conname, 'columns', coalesce(n.conkey, '{{}}'), 'expression', pg_get_expr(n.conbin, n.conrelid)
       ) ORDER BY n.conname)::text
  FROM pg_catalog.pg_constraint n
 WHERE n.conrelid = ANY ({tables}::regclass[]::oid[]) AND n.contype = 'c'
 GROUP BY n.conrelid;
SELECT i.indrelid::bigint, json_agg(json_build_object(
           'columns', i.indkey::int2[], 'keys', i.indnkeyatts, 'is_primary', i.indisprimary,
           'is_plain', i.indpred IS NULL AND i.indexprs IS NULL,
           'is_immediate', i.indimmediate, 'is_exclusion', i.indisexclusion
       ) ORDER BY i.indexrelid)::text
  FROM pg_catalog.pg_index i
 WHERE i.indrelid = ANY ({tables}::regclass[]::oid[])
   AND (i.indisunique OR i.indisexclusion)
 GROUP BY i.indrelid

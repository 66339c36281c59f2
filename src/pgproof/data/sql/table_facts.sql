-- What the generator must know about tables beyond the catalog: one row (tables, types), both JSON.
WITH RECURSIVE asked AS (
    SELECT name, name::regclass::oid AS oid FROM unnest($1::text[]) AS name
),
columns AS (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated,
           d.oid AS default_oid, pg_get_expr(d.adbin, d.adrelid) AS default_text
    FROM asked t
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
),
feeds AS (
    SELECT DISTINCT ON (c.attrelid, c.attnum) c.attrelid, c.attnum, s.seqrelid::regclass::text AS name,
           s.seqmin, s.seqmax, s.seqincrement
    FROM columns c
    JOIN pg_catalog.pg_depend p
      ON (p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = c.default_oid
          AND p.refclassid = 'pg_catalog.pg_class'::regclass)
      OR (p.classid = 'pg_catalog.pg_class'::regclass AND p.deptype = 'i' AND c.attidentity <> ''
          AND p.refclassid = 'pg_catalog.pg_class'::regclass AND p.refobjid = c.attrelid AND p.refobjsubid = c.attnum)
    JOIN pg_catalog.pg_sequence s
      ON s.seqrelid = CASE WHEN p.classid = 'pg_catalog.pg_attrdef'::regclass THEN p.refobjid ELSE p.objid END
    ORDER BY c.attrelid, c.attnum, s.seqrelid
),
leaves AS (
    SELECT t.oid AS root, r.relid::oid AS oid
    FROM asked t
    JOIN pg_catalog.pg_class k ON k.oid = t.oid AND k.relkind = 'p'
    CROSS JOIN LATERAL pg_partition_tree(t.oid) r
    WHERE r.isleaf AND r.relid <> t.oid
),
closure AS (
    SELECT DISTINCT atttypid AS oid FROM columns
    UNION
    SELECT x.oid
    FROM closure c
    JOIN pg_catalog.pg_type p ON p.oid = c.oid
    CROSS JOIN LATERAL (
        SELECT p.typelem WHERE p.typelem <> 0 AND p.typarray = 0
        UNION ALL SELECT p.typbasetype WHERE p.typtype = 'd'
        UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                  WHERE p.typtype = 'c' AND a.attrelid = p.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = p.oid
        UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = p.oid
    ) x(oid)
)
SELECT
(SELECT coalesce(json_agg(json_build_object(
    'name', t.name, 'bare', k.relname,
    'kind', k.relkind::text,
    'has_rules', EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = t.oid AND w.ev_type IN ('2', '3')),
    'has_triggers', EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal),
    'columns', (
        SELECT coalesce(json_agg(json_build_object(
            'number', c.attnum, 'name', c.attname, 'type', c.atttypid::bigint, 'modifier', c.atttypmod,
            'sql', format_type(c.atttypid, c.atttypmod), 'is_required', c.attnotnull,
            'is_identity', c.attidentity <> '',
            'default', CASE WHEN c.attgenerated = '' THEN coalesce(c.default_text, '') ELSE '' END,
            'generated', CASE WHEN c.attgenerated <> '' THEN c.default_text ELSE '' END,
            'sequence', coalesce(f.name, ''), 'smallest', f.seqmin, 'largest', f.seqmax, 'increment', f.seqincrement
        ) ORDER BY c.attnum), '[]')
        FROM columns c LEFT JOIN feeds f USING (attrelid, attnum) WHERE c.attrelid = t.oid),
    'checks', (
        SELECT coalesce(json_agg(json_build_object(
            'name', n.conname, 'columns', coalesce(n.conkey, '{}'),
            'expression', pg_get_expr(n.conbin, n.conrelid)
        ) ORDER BY n.conname), '[]')
        FROM pg_catalog.pg_constraint n WHERE n.conrelid = t.oid AND n.contype = 'c'),
    'uniques', (
        SELECT coalesce(json_agg(json_build_object(
            'columns', i.indkey::int2[], 'keys', i.indnkeyatts, 'is_primary', i.indisprimary,
            'is_plain', i.indpred IS NULL AND i.indexprs IS NULL,
            'is_immediate', i.indimmediate, 'is_exclusion', i.indisexclusion
        ) ORDER BY i.indexrelid), '[]')
        FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion)),
    'partition_columns', (
        SELECT coalesce(p.partattrs::int2[], '{}') FROM pg_catalog.pg_partitioned_table p WHERE p.partrelid = t.oid),
    'partition_key', coalesce(pg_get_partkeydef(t.oid), ''),
    'partitions', (
        SELECT coalesce(json_agg(pg_get_partition_constraintdef(l.oid) ORDER BY l.oid), '[]')
        FROM leaves l WHERE l.root = t.oid),
    'bounds', (
        SELECT coalesce(json_agg(pg_get_expr(b.relpartbound, b.oid) ORDER BY b.oid), '[]')
        FROM pg_catalog.pg_partition_tree(CASE WHEN k.relkind = 'p' THEN t.oid END) r
        JOIN pg_catalog.pg_class b ON b.oid = r.relid AND b.oid <> t.oid)
)), '[]')
FROM asked t JOIN pg_catalog.pg_class k ON k.oid = t.oid)::text,
(SELECT coalesce(json_agg(json_build_object(
    'oid', p.oid::bigint, 'name', p.typname, 'variety', p.typtype::text,
    'is_system', p.typnamespace = 'pg_catalog'::regnamespace,
    'category', p.typcategory::text, 'delimiter', p.typdelim::text, 'is_required', p.typnotnull,
    'sql', format_type(p.oid, NULL),
    'base', p.typbasetype::bigint, 'base_modifier', p.typtypmod,
    'base_sql', CASE WHEN p.typtype = 'd' THEN format_type(p.typbasetype, p.typtypmod) ELSE '' END,
    'element', CASE WHEN p.typarray = 0 THEN p.typelem ELSE 0 END::bigint, -- int2vector and point are no arrays
    'labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
               FROM pg_catalog.pg_enum e WHERE e.enumtypid = p.oid),
    'attributes', (SELECT coalesce(json_agg(json_build_object(
                       'name', a.attname, 'type', a.atttypid::bigint, 'modifier', a.atttypmod) ORDER BY a.attnum), '[]')
                   FROM pg_catalog.pg_attribute a
                   WHERE p.typtype = 'c' AND a.attrelid = p.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
    'subtype', (SELECT r.rngsubtype::bigint FROM pg_catalog.pg_range r WHERE r.rngtypid = p.oid),
    'range', (SELECT r.rngtypid::bigint FROM pg_catalog.pg_range r WHERE r.rngmultitypid = p.oid),
    'checks', (SELECT coalesce(json_agg(pg_get_expr(n.conbin, 0) ORDER BY n.conname), '[]')
               FROM pg_catalog.pg_constraint n WHERE n.contypid = p.oid AND n.contype = 'c')
)), '[]')
FROM closure c JOIN pg_catalog.pg_type p ON p.oid = c.oid)::text

-- Types and everything that they are made of, as one JSON text.
WITH RECURSIVE closure AS (
    SELECT oid FROM unnest({types}::oid[]) AS oid
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
SELECT coalesce(json_agg(json_build_object(
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
)), '[]')::text
FROM closure c JOIN pg_catalog.pg_type p ON p.oid = c.oid

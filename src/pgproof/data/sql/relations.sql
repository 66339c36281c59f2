-- 1. The transaction; whether this session has written indexes' declarations.
-- 2. Each table, partitions included: oid, its root (itself, where it is nobody's partition), identity, whether it is
-- partitioned, file, tuples written since BEGIN.
-- 3. Each catalog row that this transaction wrote: table (0 for a type), kind, what. Where indexes' declarations were written,
-- all unique indexes, since no row is left of one that was dropped. A catalog that this session has not written need not
-- be searched.
SELECT pg_backend_pid() || ' ' || extract(epoch FROM transaction_timestamp()),
       pg_stat_get_xact_tuples_inserted('pg_catalog.pg_index'::regclass)
           + pg_stat_get_xact_tuples_updated('pg_catalog.pg_index'::regclass)
           + pg_stat_get_xact_tuples_deleted('pg_catalog.pg_index'::regclass) > 0;
SELECT c.oid, CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END,
       c.relnamespace::regnamespace || '.' || quote_ident(c.relname), c.relkind = 'p', c.relfilenode,
       pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
           + pg_stat_get_xact_tuples_deleted(c.oid)
  FROM pg_catalog.pg_class c
 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
   AND c.relnamespace <> ALL (ARRAY(
           SELECT n.oid FROM pg_catalog.pg_namespace n
            WHERE n.nspname ~ '^pg_' OR n.nspname = 'information_schema'))
   AND c.oid <> ALL (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
              AND d.classid = 'pg_catalog.pg_class'::regclass))
 ORDER BY c.oid;
WITH own AS MATERIALIZED (
    SELECT c.oid, age(pg_current_xact_id_if_assigned()::xid) AS age
      FROM (VALUES ('pg_catalog.pg_class'::regclass), ('pg_catalog.pg_attribute'), ('pg_catalog.pg_index'),
                   ('pg_catalog.pg_attrdef'), ('pg_catalog.pg_enum'), ('pg_catalog.pg_type')) c(oid)
     WHERE pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
               + pg_stat_get_xact_tuples_deleted(c.oid) > 0
)
SELECT w.relid, w.kind, w.what
  FROM own, LATERAL (
    SELECT c.oid AS relid, 'class' AS kind, c.xmin::text || c.ctid AS what
      FROM pg_catalog.pg_class c
     WHERE own.oid = 'pg_catalog.pg_class'::regclass
       AND c.relkind IN ('r', 'p') AND age(c.xmin) <= own.age
    UNION ALL
    SELECT CASE c.relkind WHEN 'c' THEN 0 ELSE c.oid END, 'column', a.attnum || ' ' || a.xmin || a.ctid
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     WHERE own.oid = 'pg_catalog.pg_attribute'::regclass
       AND a.attnum > 0 AND age(a.xmin) <= own.age AND c.relkind IN ('r', 'p', 'c')
    UNION ALL
    SELECT i.indrelid, 'unique', i.indexrelid || ' ' || i.xmin || i.ctid
      FROM pg_catalog.pg_index i
     WHERE own.oid = 'pg_catalog.pg_index'::regclass AND i.indisunique
    UNION ALL
    SELECT d.adrelid, 'expression', d.xmin::text || d.ctid
      FROM pg_catalog.pg_attrdef d
     WHERE own.oid = 'pg_catalog.pg_attrdef'::regclass AND age(d.xmin) <= own.age
    UNION ALL
    SELECT 0, 'label', e.xmin::text || e.ctid
      FROM pg_catalog.pg_enum e
     WHERE own.oid = 'pg_catalog.pg_enum'::regclass AND age(e.xmin) <= own.age
    UNION ALL
    SELECT 0, 'type', t.xmin::text || t.ctid
      FROM pg_catalog.pg_type t
     WHERE own.oid = 'pg_catalog.pg_type'::regclass
       AND t.typtype IN ('e', 'd', 'r', 'm') AND age(t.xmin) <= own.age
) w

-- 1. The transaction. 2. Each table that is nobody's partition (partitions report under their root):
-- oid, identity, whether it is partitioned, file, tuples written since BEGIN, partitions,
-- unique indexes.
-- 3. Each catalog row that this transaction wrote: table (0 for a type), what. (No row is left of an index that it dropped: hence the list.)
SELECT pg_backend_pid() || ' ' || extract(epoch FROM transaction_timestamp());
WITH relation AS MATERIALIZED (
    SELECT c.oid, c.relkind,
           CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END AS root,
           CASE WHEN NOT c.relispartition THEN format('%I.%I', n.nspname, c.relname) END AS identity,
           c.relfilenode::bigint AS file,
           pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
               + pg_stat_get_xact_tuples_deleted(c.oid) AS written
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
       AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
)
SELECT r.root, max(r.identity), bool_or(r.relkind = 'p'),
       CASE WHEN count(*) = 1 THEN max(r.file)
            ELSE hashtextextended(string_agg(r.oid || ':' || r.file, ',' ORDER BY r.oid), 0) END,
       sum(r.written),
       string_agg(r.oid::text, ',' ORDER BY r.oid) FILTER (WHERE r.oid <> r.root),
       max(u.indexes)
  FROM relation r
  LEFT JOIN (SELECT i.indrelid, string_agg(i.indexrelid || ':' || i.xmin || i.ctid, ' ' ORDER BY i.indexrelid) AS indexes
               FROM pg_catalog.pg_index i
              WHERE i.indisunique
              GROUP BY i.indrelid) u ON u.indrelid = r.oid AND r.oid = r.root
 WHERE r.root <> ALL (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
              AND d.classid = 'pg_catalog.pg_class'::regclass))
 GROUP BY r.root
HAVING max(r.identity) <> ALL ({exclude}::text[]);
WITH own AS MATERIALIZED (
    -- A catalog that this session has not written need not be searched.
    SELECT c.oid, age(pg_current_xact_id_if_assigned()::xid) AS age
      FROM (VALUES ('pg_catalog.pg_class'::regclass), ('pg_catalog.pg_attribute'),
                   ('pg_catalog.pg_attrdef'), ('pg_catalog.pg_enum'), ('pg_catalog.pg_type')) c(oid)
     WHERE pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
               + pg_stat_get_xact_tuples_deleted(c.oid) > 0
       AND pg_current_xact_id_if_assigned() IS NOT NULL
)
SELECT coalesce(pg_partition_root(w.relid)::oid, w.relid), w.what
  FROM own, LATERAL (
    SELECT c.oid AS relid, 'class ' || c.xmin || c.ctid AS what
      FROM pg_catalog.pg_class c
     WHERE own.oid = 'pg_catalog.pg_class'::regclass
       AND c.relkind IN ('r', 'p') AND age(c.xmin) <= own.age
    UNION ALL
    SELECT CASE c.relkind WHEN 'c' THEN 0 ELSE c.oid END, 'column ' || a.attnum || ' ' || a.xmin || a.ctid
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     WHERE own.oid = 'pg_catalog.pg_attribute'::regclass
       AND a.attnum > 0 AND age(a.xmin) <= own.age AND c.relkind IN ('r', 'p', 'c')
    UNION ALL
    SELECT d.adrelid, 'expression ' || d.xmin || d.ctid
      FROM pg_catalog.pg_attrdef d
     WHERE own.oid = 'pg_catalog.pg_attrdef'::regclass AND age(d.xmin) <= own.age
    UNION ALL
    SELECT 0, 'label ' || e.xmin || e.ctid
      FROM pg_catalog.pg_enum e
     WHERE own.oid = 'pg_catalog.pg_enum'::regclass AND age(e.xmin) <= own.age
    UNION ALL
    SELECT 0, 'type ' || t.xmin || t.ctid
      FROM pg_catalog.pg_type t
     WHERE own.oid = 'pg_catalog.pg_type'::regclass
       AND t.typtype IN ('e', 'd', 'r', 'm') AND age(t.xmin) <= own.age
) w

-- Each table, partitions included: oid, its root (itself, where it is nobody's partition), identity, whether it is
-- partitioned, file, tuples written since BEGIN, whether this transaction wrote its row of pg_class.
SELECT c.oid, CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END,
       c.relnamespace::regnamespace || '.' || quote_ident(c.relname), c.relkind = 'p', c.relfilenode,
       pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
           + pg_stat_get_xact_tuples_deleted(c.oid),
       age(c.xmin) <= age(pg_current_xact_id_if_assigned()::xid)
  FROM pg_catalog.pg_class c
 WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= 16384
   AND c.relnamespace <> ALL (ARRAY(
           SELECT n.oid FROM pg_catalog.pg_namespace n
            WHERE n.nspname ~ '^pg_' OR n.nspname = 'information_schema'))
   AND c.oid <> ALL (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
              AND d.classid = 'pg_catalog.pg_class'::regclass))
 ORDER BY c.oid

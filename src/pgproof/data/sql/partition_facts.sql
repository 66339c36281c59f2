-- What the generator must know about partitioned tables, as (oid, attribute numbers of its key, the key, the constraint of
-- each leaf, the bound of each partition).
SELECT p.partrelid::bigint,
       to_json(p.partattrs::int2[]),
       pg_get_partkeydef(p.partrelid),
       ARRAY(SELECT pg_get_partition_constraintdef(r.relid)
               FROM pg_partition_tree(p.partrelid) r
              WHERE r.isleaf AND r.relid <> p.partrelid
              ORDER BY r.relid::oid),
       ARRAY(SELECT pg_get_expr(b.relpartbound, b.oid)
               FROM pg_partition_tree(p.partrelid) r
               JOIN pg_catalog.pg_class b ON b.oid = r.relid AND b.oid <> p.partrelid
              ORDER BY b.oid)
  FROM pg_catalog.pg_partitioned_table p
 WHERE p.partrelid = ANY ({tables}::oid[])

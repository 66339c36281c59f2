-- Each table that has a page of its own, as (table, its ancestors as a partition, statement that counts its rows).
SELECT c.relnamespace::regnamespace || '.' || quote_ident(c.relname) AS "table",
       CASE WHEN c.relispartition THEN array_to_json(ARRAY(
           SELECT p.relnamespace::regnamespace || '.' || quote_ident(p.relname)
             FROM pg_catalog.pg_partition_ancestors(c.oid) a
             JOIN pg_catalog.pg_class p ON p.oid = a.relid
            WHERE p.oid <> c.oid)) END AS ancestors,
       format('SELECT count(*) FROM ONLY %I.%I', n.nspname, c.relname) AS statement
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND pg_relation_size(c.oid) > 0
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND c.relnamespace::regnamespace || '.' || quote_ident(c.relname) <> ALL ({exclude}::text[])
   AND c.oid <> ALL (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
              AND d.classid = 'pg_catalog.pg_class'::regclass))
 ORDER BY 1

-- Publications, with what they publish.
SELECT
  (21::int8 << 32) + p.oid::int8 AS unit,
  quote_ident(p.pubname) AS identity,
  pg_get_userbyid(p.pubowner)::text AS owner,
  array_remove(ARRAY[
    CASE WHEN p.puballtables THEN 'FOR ALL TABLES' END,
    'PUBLISH = ' || concat_ws(', ',
      CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
      CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
    CASE WHEN p.pubviaroot THEN 'PUBLISH_VIA_PARTITION_ROOT' END,
    CASE WHEN p.pubgencols = 's' THEN 'PUBLISH_GENERATED_COLUMNS = stored' END, -- since 18
    NULL
  ], NULL) || ARRAY(
    SELECT 'TABLE ' || r.prrelid::regclass::text
      || coalesce(' (' || (  -- since 15
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)  -- since 15
        FROM pg_attribute AS a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])  -- since 15
      ) || ')', '') || coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')  -- since 15
    FROM pg_publication_rel AS r WHERE r.prpubid = p.oid ORDER BY r.prrelid::regclass::text COLLATE "C"
  )
  || ARRAY(  -- since 15
    SELECT 'TABLES IN SCHEMA ' || n.pnnspid::regnamespace::text  -- since 15
    FROM pg_publication_namespace AS n WHERE n.pnpubid = p.oid ORDER BY n.pnnspid::regnamespace::text COLLATE "C"  -- since 15
  )  -- since 15
  AS definition,
  obj_description(p.oid, 'pg_publication') AS comment
FROM pg_publication AS p WHERE {class21:p.oid}

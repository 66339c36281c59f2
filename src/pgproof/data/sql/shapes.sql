-- 1. Each column of each table (of the given ones, where any are), in order:
-- table, attnum, name, type, type's oid, modifier, whether it holds no NULL, name as SQL writes it.
-- 2. Each unique index, best first: table, attnums (0 for an expression), how many of them are its key, whether it is a
-- key of all rows at once.
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid, a.atttypmod, a.attnotnull,
       quote_ident(a.attname)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
   AND c.relnamespace <> ALL (ARRAY(
           SELECT n.oid FROM pg_catalog.pg_namespace n
            WHERE n.nspname ~ '^pg_' OR n.nspname = 'information_schema'))
   AND a.attnum > 0 AND NOT a.attisdropped
   AND ($1 IS NULL OR c.oid = ANY ($1))
 ORDER BY a.attrelid, a.attnum;
SELECT i.indrelid, i.indkey, i.indnkeyatts, i.indpred IS NULL AND i.indisvalid
  FROM pg_catalog.pg_index i
 WHERE i.indisunique AND ($1 IS NULL OR i.indrelid = ANY ($1))
 ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, i.indkey::int2[]

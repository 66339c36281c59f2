-- Each sequence for each column of numbers that it feeds, as (sequence, column, statement for its position); one that
-- feeds none (it is drawn from by hand, or into a text) once, with an empty column. It feeds a column where the
-- column's default draws from it, where it is the column's identity, or where the column owns it and has no default.
-- The statement gives: last value, whether it was drawn, increment, minimum, maximum, cycles, furthest value, values.
WITH drawn AS (
    SELECT DISTINCT d.sequence, d.relid, d.attnum
      FROM (SELECT o.objid AS sequence, o.refobjid AS relid, o.refobjsubid AS attnum
              FROM pg_catalog.pg_depend o
              JOIN pg_catalog.pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
             WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.refclassid = 'pg_catalog.pg_class'::regclass
               AND o.refobjsubid > 0 AND (o.deptype = 'i' OR (o.deptype = 'a' AND NOT a.atthasdef))
            UNION ALL
            SELECT u.refobjid, f.adrelid, f.adnum
              FROM pg_catalog.pg_attrdef f
              JOIN pg_catalog.pg_depend u ON u.classid = 'pg_catalog.pg_attrdef'::regclass AND u.objid = f.oid
             WHERE u.refclassid = 'pg_catalog.pg_class'::regclass) d(sequence, relid, attnum)
), feeding AS (
    SELECT x.sequence, t.oid AS relid, tn.nspname, t.relname, t.relkind, a.attname
      FROM drawn x
      JOIN pg_catalog.pg_class t ON t.oid = x.relid
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.relid AND a.attnum = x.attnum
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
     WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relpersistence <> 't'
       AND CASE y.typtype WHEN 'd' THEN y.typcategory = 'N' ELSE y.oid IN (20, 21, 23, 1700) END
)
SELECT format('%I.%I', sn.nspname, s.relname) AS sequence,
       CASE WHEN x.relid IS NULL THEN '' ELSE format('%I.%I.%I', x.nspname, x.relname, x.attname) END AS column,
       format('SELECT s.last_value, s.is_called, %s, %s, %s, %L, c.furthest, c.count
               FROM %I.%I s, (%s) c(furthest, count)',
              q.seqincrement, q.seqmin, q.seqmax, q.seqcycle, sn.nspname, s.relname,
              CASE WHEN x.relid IS NULL THEN 'SELECT NULL::bigint, 0' ELSE
                  format('SELECT %s(%I), count(%I) FROM %s%I.%I',
                         CASE WHEN q.seqincrement > 0 THEN 'max' ELSE 'min' END, x.attname, x.attname,
                         CASE x.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, x.nspname, x.relname) END)
  FROM pg_catalog.pg_sequence q
  JOIN pg_catalog.pg_class s ON s.oid = q.seqrelid
  JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
  LEFT JOIN feeding x ON x.sequence = q.seqrelid
 WHERE s.relpersistence <> 't'
   AND coalesce(x.nspname, sn.nspname) !~ '^pg_' AND coalesce(x.nspname, sn.nspname) <> 'information_schema'
   AND CASE WHEN x.relid IS NULL THEN true ELSE format('%I.%I', x.nspname, x.relname) <> ALL ({exclude}::text[]) END
   AND coalesce(x.relid, s.oid) <> ALL (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
              AND d.classid = 'pg_catalog.pg_class'::regclass))
 ORDER BY 1, 2

-- Each sequence that feeds a column, as (sequence, column, statement for its position). It feeds a column where the
-- column's default draws from it, where it is the column's identity, or where the column owns it and has no default.
-- The statement gives: last value, whether it was drawn, increment, minimum, maximum, cycles, furthest value, values.
WITH feeding AS (
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
)
SELECT format('%I.%I', sn.nspname, s.relname) AS sequence,
       format('%I.%I.%I', tn.nspname, t.relname, a.attname) AS column,
       format('SELECT s.last_value, s.is_called, %s, %s, %s, %L, c.furthest, c.count FROM %I.%I s,
               (SELECT %s(%I), count(%I) FROM %s%I.%I) c(furthest, count)',
              q.seqincrement, q.seqmin, q.seqmax, q.seqcycle, sn.nspname, s.relname,
              CASE WHEN q.seqincrement > 0 THEN 'max' ELSE 'min' END, a.attname, a.attname,
              CASE t.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, tn.nspname, t.relname)
  FROM feeding x
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = x.sequence
  JOIN pg_catalog.pg_class s ON s.oid = x.sequence
  JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_catalog.pg_class t ON t.oid = x.relid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = x.relid AND a.attnum = x.attnum
  JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
 WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relpersistence <> 't'
   AND tn.nspname !~ '^pg_' AND tn.nspname <> 'information_schema'
   AND CASE y.typtype WHEN 'd' THEN y.typcategory = 'N' ELSE y.oid IN (20, 21, 23, 1700) END
   AND format('%I.%I', tn.nspname, t.relname) <> ALL ({exclude}::text[])
   AND t.oid <> ALL (ARRAY(
           SELECT d.objid FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
              AND d.classid = 'pg_catalog.pg_class'::regclass))
 ORDER BY 1, 2

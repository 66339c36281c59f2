-- Marks of the rarer kinds (see marks.sql): 25 what has rows of its own, 27 the database itself, 28 large objects.
-- What not everybody may read, and what a clone has rows of its own for, is marked by what it says.
SELECT 25, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
  SELECT r.unit, bit_xor(r.mark) AS mark, bit_or(r.has) AS has FROM (
    SELECT (x.class::int8 << 32) + x.oid::int8 AS unit,
      hashtidextended(x.ctid, x.xmin::text::int8 + (x.tableoid::int8 << 32)) AS mark,
      1::int8 << 12 + x.class | CASE WHEN x.has_acl THEN 1::int8 << 39 ELSE 0 END AS has
    FROM (
    SELECT 6, oid, ctid, xmin, tableoid, false FROM pg_operator WHERE oid >= 16384
    UNION ALL SELECT 7, oid, ctid, xmin, tableoid, false FROM pg_opfamily WHERE oid >= 16384
    UNION ALL SELECT 8, oid, ctid, xmin, tableoid, false FROM pg_opclass WHERE oid >= 16384
    UNION ALL SELECT 9, oid, ctid, xmin, tableoid, false FROM pg_cast WHERE oid >= 16384
      AND (castsource, casttarget) NOT IN (SELECT rngtypid, rngmultitypid FROM pg_range)
    UNION ALL SELECT 10, oid, ctid, xmin, tableoid, false FROM pg_collation WHERE oid >= 16384 AND collnamespace <> 'pg_catalog'::regnamespace
    UNION ALL SELECT 11, oid, ctid, xmin, tableoid, false FROM pg_ts_config WHERE oid >= 16384
    UNION ALL SELECT 12, oid, ctid, xmin, tableoid, false FROM pg_ts_dict WHERE oid >= 16384
    UNION ALL SELECT 13, oid, ctid, xmin, tableoid, false FROM pg_ts_parser WHERE oid >= 16384
    UNION ALL SELECT 14, oid, ctid, xmin, tableoid, false FROM pg_ts_template WHERE oid >= 16384
    UNION ALL SELECT 15, oid, ctid, xmin, tableoid, fdwacl IS NOT NULL FROM pg_foreign_data_wrapper WHERE oid >= 16384
    UNION ALL SELECT 16, oid, ctid, xmin, tableoid, srvacl IS NOT NULL FROM pg_foreign_server WHERE oid >= 16384
    UNION ALL SELECT 18, oid, ctid, xmin, tableoid, lanacl IS NOT NULL FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 19, oid, ctid, xmin, tableoid, false FROM pg_transform WHERE oid >= 16384
    UNION ALL SELECT 20, oid, ctid, xmin, tableoid, false FROM pg_am WHERE oid >= 16384
    UNION ALL SELECT 21, oid, ctid, xmin, tableoid, false FROM pg_publication WHERE oid >= 16384
    UNION ALL SELECT 23, oid, ctid, xmin, tableoid, false FROM pg_event_trigger WHERE oid >= 16384
    UNION ALL SELECT 7, amopfamily, ctid, xmin, tableoid, false FROM pg_amop WHERE amopfamily >= 16384
    UNION ALL SELECT 7, amprocfamily, ctid, xmin, tableoid, false FROM pg_amproc WHERE amprocfamily >= 16384
    UNION ALL SELECT 11, mapcfg, ctid, xmin, tableoid, false FROM pg_ts_config_map WHERE mapcfg >= 16384
    UNION ALL SELECT 21, prpubid, ctid, xmin, tableoid, false FROM pg_publication_rel
    ) AS x (class, oid, ctid, xmin, tableoid, has_acl)
    UNION ALL
    SELECT (17::int8 << 32) + m.umid::int8, hashtextextended(concat_ws(' ', m.umuser, m.umoptions), m.srvid::int8),
      1::int8 << 29
    FROM pg_user_mappings AS m
    UNION ALL
    SELECT (22::int8 << 32) + s.oid::int8, hashtextextended(concat_ws(' ', s.subname, s.subowner, s.subenabled,
        s.subbinary, s.subslotname, s.subsynccommit, s.subpublications), 0),
      1::int8 << 34
    FROM pg_subscription AS s
    WHERE s.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    UNION ALL
    SELECT s.stxrelid::int8, hashtidextended(s.ctid, s.xmin::text::int8), 1::int8 << 38 FROM pg_statistic_ext AS s
    UNION ALL -- the schemas of a publication: their catalog came with 15
    SELECT (21::int8 << 32) + p.refobjid::int8, hashtidextended(p.ctid, p.xmin::text::int8), 0
    FROM pg_depend AS p WHERE p.refclassid = 'pg_publication'::regclass
  ) AS r
  GROUP BY r.unit
) AS u
UNION ALL
SELECT 27, ARRAY[(24::int8 << 32) + 1], ARRAY[hashtextextended(concat_ws(' ', d.datdba, d.datacl,
    shobj_description(d.oid, 'pg_database'), (
      SELECT string_agg(s.setrole || ' ' || s.setconfig::text, ' ' ORDER BY s.setrole)
      FROM pg_db_role_setting AS s WHERE s.setdatabase = d.oid)), 0)],
  ARRAY[1::int8 << 36 | CASE WHEN d.datacl IS NULL THEN 0 ELSE 1::int8 << 39 END]
FROM pg_database AS d
WHERE d.datname = current_database()
UNION ALL
SELECT 28, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
  SELECT (25::int8 << 32) + l.owner::int8 AS unit, bit_xor(hashtextextended(l.acl, l.owner::int8)) AS mark,
    1::int8 << 37 | CASE WHEN max(l.acl) > '' THEN 1::int8 << 39 ELSE 0 END AS has
  FROM (
    SELECT DISTINCT m.lomowner, coalesce(m.lomacl::text, '') FROM pg_largeobject_metadata AS m
  ) AS l (owner, acl)
  GROUP BY l.owner
) AS u

-- A unit: a relation, type, function, schema, extension or default privilege with all that
-- belongs to it; a part: what one catalog says about it. Units are told in arrays, a row a part.
-- unit: its oid, above it the class (0 relation, 1 type, 2 function, 3 schema, 4 extension, 5 default privilege); -1 is
-- everything that texts of any unit may mention. A composite type goes by its relation.
-- mark: folds place and writer (ctid, xmin) of every catalog row of the unit. A version of a row is never written twice,
-- so that the same mark means the same content, in a clone and after ROLLBACK TO too.
-- Among what users made, age() is the faster way to xmin; it tells nothing about what initdb made.
-- has: which kinds the unit has (see statements.py); 131072 marks what no user made.
-- $1: whether to read all parts. Otherwise those alone whose catalogs this session has written to since its transaction
-- began, savepoints that were rolled back included; no counter of a catalog falls before the transaction ends.
WITH gate (part) AS MATERIALIZED (
  SELECT array_agg($1 OR (
      SELECT sum(pg_stat_get_xact_tuples_inserted(o.oid) + pg_stat_get_xact_tuples_updated(o.oid)
        + pg_stat_get_xact_tuples_deleted(o.oid)) > 0 FROM unnest(c.oids::regclass[]) AS o (oid)) ORDER BY c.part)
  FROM (VALUES
    (1, '{pg_class,pg_namespace}'), (2, '{pg_attribute}'), (3, '{pg_attrdef}'), (4, '{pg_constraint}'),
    (5, '{pg_index,pg_class}'), (6, '{pg_index,pg_attribute}'), (7, '{pg_trigger}'), (8, '{pg_inherits}'),
    (9, '{pg_rewrite}'), (10, '{pg_policy}'), (11, '{pg_sequence}'), (12, '{pg_depend}'), (13, '{pg_foreign_table}'),
    (14, '{pg_partitioned_table}'), (15, '{pg_type,pg_namespace}'), (16, '{pg_enum}'), (17, '{pg_range}'),
    (18, '{pg_proc,pg_namespace}'), (19, '{pg_aggregate}'), (20, '{pg_namespace}'), (21, '{pg_extension}'),
    (22, '{pg_default_acl}'), (23, '{pg_description}'),
    (24, '{pg_collation,pg_operator,pg_opclass,pg_ts_config,pg_language,pg_foreign_server,pg_am,pg_extension}')
  ) AS c (part, oids)
), own (oids) AS MATERIALIZED (
  SELECT array_agg(s.oid) FROM pg_namespace AS s WHERE s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'
), fact (part, unit, mark, has) AS (
  SELECT 1, c.oid::int8, hashtidextended(c.ctid, age('3'::xid)::int8 - age(c.xmin)),
    CASE c.relkind WHEN 'v' THEN 2 WHEN 'm' THEN 2 WHEN 'S' THEN 4 WHEN 'c' THEN 8 ELSE 1 END
    | CASE WHEN c.relacl IS NULL THEN 0 ELSE 4096 END
  FROM pg_class AS c
  WHERE (SELECT part[1] FROM gate) AND c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    AND c.relnamespace = ANY ((SELECT oids FROM own)::oid[])
  UNION ALL
  SELECT 2, a.attrelid::int8, hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin) + (1::int8 << 32)),
    CASE WHEN a.attacl IS NULL THEN 0 ELSE 4096 END
  FROM pg_attribute AS a
  WHERE (SELECT part[2] FROM gate) AND a.attnum > 0
    AND a.attrelid IN (
      SELECT c.oid FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND c.oid >= 16384)
  UNION ALL
  SELECT 3, d.adrelid::int8, hashtidextended(d.ctid, age('3'::xid)::int8 - age(d.xmin) + (2::int8 << 32)), 0
  FROM pg_attrdef AS d WHERE (SELECT part[3] FROM gate)
  UNION ALL
  SELECT 4, CASE k.conrelid WHEN 0 THEN (1::int8 << 32) + k.contypid::int8 ELSE k.conrelid::int8 END,
    hashtidextended(k.ctid, age('3'::xid)::int8 - age(k.xmin) + (3::int8 << 32)), 128
  FROM pg_constraint AS k WHERE (SELECT part[4] FROM gate) AND k.oid >= 16384
  UNION ALL
  SELECT 5, i.indrelid::int8, hashtidextended(i.ctid, age('3'::xid)::int8 - age(i.xmin) + (4::int8 << 32))
    # hashtidextended(c.ctid, age('3'::xid)::int8 - age(c.xmin) + (5::int8 << 32)), 256
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE (SELECT part[5] FROM gate)
    AND i.indexrelid >= 16384
  UNION ALL
  SELECT 6, i.indrelid::int8, hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin) + (1::int8 << 32)), 0
  FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indexrelid
  WHERE (SELECT part[6] FROM gate) AND i.indexrelid >= 16384 AND i.indexprs IS NOT NULL
  UNION ALL
  SELECT 7, g.tgrelid::int8, hashtidextended(g.ctid, age('3'::xid)::int8 - age(g.xmin) + (6::int8 << 32)), 512
  FROM pg_trigger AS g WHERE (SELECT part[7] FROM gate)
    AND (NOT g.tgisinternal OR g.tgenabled <> 'O' OR g.tgparentid <> 0 AND g.tgconstraint = 0)
  UNION ALL
  SELECT 7, g.tgconstrrelid::int8, hashtidextended(g.ctid, age('3'::xid)::int8 - age(g.xmin) + (7::int8 << 32)), 0
  FROM pg_trigger AS g WHERE (SELECT part[7] FROM gate) AND g.tgenabled <> 'O' AND g.tgconstrrelid <> 0
  UNION ALL
  SELECT 8, h.inhrelid::int8, hashtidextended(h.ctid, age('3'::xid)::int8 - age(h.xmin) + (8::int8 << 32)), 0
  FROM pg_inherits AS h WHERE (SELECT part[8] FROM gate)
  UNION ALL
  SELECT 9, r.ev_class::int8, hashtidextended(r.ctid, age('3'::xid)::int8 - age(r.xmin) + (9::int8 << 32)),
    CASE WHEN r.rulename = '_RETURN' THEN 0 ELSE 1024 END
  FROM pg_rewrite AS r WHERE (SELECT part[9] FROM gate) AND r.ev_class >= 16384
  UNION ALL
  SELECT 10, p.polrelid::int8, hashtidextended(p.ctid, age('3'::xid)::int8 - age(p.xmin) + (10::int8 << 32)), 2048
  FROM pg_policy AS p WHERE (SELECT part[10] FROM gate)
  UNION ALL
  SELECT 11, s.seqrelid::int8, hashtidextended(s.ctid, age('3'::xid)::int8 - age(s.xmin) + (11::int8 << 32)), 0
  FROM pg_sequence AS s WHERE (SELECT part[11] FROM gate)
  UNION ALL
  SELECT 12, d.objid::int8, hashtidextended(d.ctid, age('3'::xid)::int8 - age(d.xmin) + (12::int8 << 32)), 0
  FROM pg_depend AS d
  WHERE (SELECT part[12] FROM gate) AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0
    AND d.objsubid = 0 AND d.deptype IN ('a', 'i')
  UNION ALL
  SELECT 13, f.ftrelid::int8, hashtidextended(f.ctid, age('3'::xid)::int8 - age(f.xmin) + (13::int8 << 32)), 0
  FROM pg_foreign_table AS f WHERE (SELECT part[13] FROM gate)
  UNION ALL
  SELECT 14, p.partrelid::int8, hashtidextended(p.ctid, age('3'::xid)::int8 - age(p.xmin) + (14::int8 << 32)), 0
  FROM pg_partitioned_table AS p WHERE (SELECT part[14] FROM gate)
  UNION ALL
  SELECT 15, CASE t.typtype WHEN 'c' THEN t.typrelid::int8 ELSE (1::int8 << 32) + t.oid::int8 END,
    hashtidextended(t.ctid, age('3'::xid)::int8 - age(t.xmin) + (15::int8 << 32)),
    CASE t.typtype WHEN 'c' THEN 0 ELSE 8 END | CASE WHEN t.typacl IS NULL THEN 0 ELSE 4096 END
  FROM pg_type AS t
  WHERE (SELECT part[15] FROM gate) AND t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r', 'c')
    AND t.typnamespace = ANY ((SELECT oids FROM own)::oid[])
  UNION ALL
  SELECT 16, (1::int8 << 32) + e.enumtypid::int8,
    hashtidextended(e.ctid, age('3'::xid)::int8 - age(e.xmin) + (16::int8 << 32)), 0
  FROM pg_enum AS e WHERE (SELECT part[16] FROM gate)
  UNION ALL
  SELECT 17, (1::int8 << 32) + r.rngtypid::int8,
    hashtidextended(r.ctid, age('3'::xid)::int8 - age(r.xmin) + (17::int8 << 32)), 0
  FROM pg_range AS r WHERE (SELECT part[17] FROM gate) AND r.rngtypid >= 16384
  UNION ALL
  SELECT 18, (2::int8 << 32) + p.oid::int8,
    hashtidextended(p.ctid, age('3'::xid)::int8 - age(p.xmin) + (18::int8 << 32)),
    CASE WHEN p.proacl IS NULL THEN 16 ELSE 4112 END
  FROM pg_proc AS p
  WHERE (SELECT part[18] FROM gate) AND p.oid >= 16384 AND p.pronamespace = ANY ((SELECT oids FROM own)::oid[])
    AND p.prosrc !~ '^(multi)?range_constructor[0-3]$'
  UNION ALL
  SELECT 19, (2::int8 << 32) + a.aggfnoid::int8,
    hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin) + (19::int8 << 32)), 0
  FROM pg_aggregate AS a WHERE (SELECT part[19] FROM gate) AND a.aggfnoid::oid >= 16384
  UNION ALL
  SELECT 20, (3::int8 << 32) + s.oid::int8, hashtidextended(s.ctid, s.xmin::text::int8 + (20::int8 << 32)), 32 | 4096
  FROM pg_namespace AS s WHERE (SELECT part[20] FROM gate) AND s.oid = ANY ((SELECT oids FROM own)::oid[])
  UNION ALL
  SELECT 21, (4::int8 << 32) + x.oid::int8,
    hashtidextended(x.ctid, age('3'::xid)::int8 - age(x.xmin) + (21::int8 << 32)), 64
  FROM pg_extension AS x WHERE (SELECT part[21] FROM gate) AND x.oid >= 16384
  UNION ALL
  SELECT 22, (5::int8 << 32) + a.oid::int8,
    hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin) + (22::int8 << 32)), 16384 | 4096
  FROM pg_default_acl AS a WHERE (SELECT part[22] FROM gate)
  UNION ALL
  SELECT 23, CASE d.classoid
      WHEN 'pg_class'::regclass
        THEN coalesce((SELECT i.indrelid FROM pg_index AS i WHERE i.indexrelid = d.objoid), d.objoid)::int8
      WHEN 'pg_constraint'::regclass THEN (
        SELECT CASE k.conrelid WHEN 0 THEN (1::int8 << 32) + k.contypid::int8 ELSE k.conrelid::int8 END
        FROM pg_constraint AS k WHERE k.oid = d.objoid)
      WHEN 'pg_trigger'::regclass THEN (SELECT g.tgrelid FROM pg_trigger AS g WHERE g.oid = d.objoid)::int8
      WHEN 'pg_rewrite'::regclass THEN (SELECT r.ev_class FROM pg_rewrite AS r WHERE r.oid = d.objoid)::int8
      WHEN 'pg_policy'::regclass THEN (SELECT p.polrelid FROM pg_policy AS p WHERE p.oid = d.objoid)::int8
      WHEN 'pg_type'::regclass THEN (
        SELECT CASE t.typtype WHEN 'c' THEN t.typrelid::int8 ELSE (1::int8 << 32) + t.oid::int8 END
        FROM pg_type AS t WHERE t.oid = d.objoid)
      WHEN 'pg_proc'::regclass THEN (2::int8 << 32) + d.objoid::int8
      WHEN 'pg_namespace'::regclass THEN (3::int8 << 32) + d.objoid::int8
      WHEN 'pg_extension'::regclass THEN (4::int8 << 32) + d.objoid::int8
    END, hashtidextended(d.ctid, d.xmin::text::int8 + (23::int8 << 32)), 8192
  FROM pg_description AS d WHERE (SELECT part[23] FROM gate) AND (d.objoid >= 16384 OR d.objoid = 2200)
  UNION ALL
  SELECT 12, CASE e.classid
      WHEN 'pg_class'::regclass THEN 0 WHEN 'pg_type'::regclass THEN 1::int8 << 32
      WHEN 'pg_proc'::regclass THEN 2::int8 << 32 WHEN 'pg_namespace'::regclass THEN 3::int8 << 32
    END + e.objid::int8, 0, 131072
  FROM pg_depend AS e WHERE (SELECT part[12] FROM gate) AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
  UNION ALL
  SELECT 25, -1::int8, hashtextextended(r.rolname, r.oid::int8), 32768 FROM pg_roles AS r
  UNION ALL
  SELECT 24, -1::int8, hashtidextended(x.ctid, x.xmin::text::int8 + (x.tableoid::int8 << 32)), 0 FROM (
    SELECT ctid, xmin, tableoid FROM pg_extension
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_collation WHERE oid >= 16384
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_operator WHERE oid >= 16384
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_opclass WHERE oid >= 16384
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_ts_config WHERE oid >= 16384
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_foreign_server
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_am WHERE oid >= 16384
  ) AS x WHERE (SELECT part[24] FROM gate)
  UNION ALL
  SELECT 25, -1::int8, hashtidextended(t.ctid, t.xmin::text::int8), 0 FROM pg_tablespace AS t
), unit (part, units, marks, has) AS (
  SELECT u.part, array_agg(u.unit), array_agg(u.mark), array_agg(u.has)
  FROM (
    SELECT f.part, f.unit, bit_xor(f.mark) AS mark, bit_or(f.has) AS has FROM fact AS f GROUP BY f.part, f.unit
  ) AS u
  GROUP BY u.part
)
SELECT p.part, u.units, u.marks, u.has
FROM gate AS g, LATERAL unnest(g.part || true) WITH ORDINALITY AS p (is_read, part)
LEFT JOIN unit AS u ON u.part = p.part
WHERE p.is_read

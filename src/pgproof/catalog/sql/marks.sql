-- A unit: a relation, type, function, schema, extension or default privilege with all that
-- belongs to it; a part: what one catalog says about it. Units are told in arrays, a row a part.
-- unit: its oid, above it the class (0 relation, 1 type, 2 function, 3 schema, 4 extension, 5 default privilege, from 6
-- on the rarer ones); -1 is everything that texts of any unit may mention. A composite type goes by its relation, the
-- large objects by their owner.
-- mark: folds place and writer (ctid, xmin) of every catalog row of the unit. A version of a row is never written twice,
-- so that the same mark means the same content, in a clone and after ROLLBACK TO too.
-- Among what users made, age() is the faster way to xmin; it tells nothing about what initdb made.
-- has: which kinds the unit has (see statements.py), of the rarer ones 1 << 12 + class; 131072 marks what no user made.
-- $1: whether to read all parts. Otherwise those alone whose catalogs this session has written to since its transaction
-- began, savepoints that were rolled back included; no counter of a catalog falls before the transaction ends.
-- Each part folds for itself: one grouping for all of them takes twice as long.
-- Of part 25, the rarer kinds, only whether it has to be read: to look into so many catalogs costs a new session more
-- than all other parts (rare_marks.sql). 6237 is pg_publication_namespace, which came with 15.
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
    (24, '{pg_extension,pg_opclass,pg_cast}'),
    (25, '{pg_operator, pg_opfamily, pg_opclass, pg_cast, pg_collation, pg_ts_config, pg_ts_dict, pg_ts_parser,
      pg_ts_template, pg_foreign_data_wrapper, pg_foreign_server, pg_language, pg_transform, pg_am,
      pg_publication, pg_event_trigger, pg_amop, pg_amproc, pg_ts_config_map, pg_publication_rel, 6237,
      pg_user_mapping, pg_subscription, pg_statistic_ext, pg_database, pg_db_role_setting, pg_shdescription,
      pg_largeobject_metadata}')
  ) AS c (part, oids)
), own (oids) AS MATERIALIZED (
  SELECT array_agg(s.oid) FROM pg_namespace AS s WHERE s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'
), class (catalog, number) AS MATERIALIZED (
  SELECT c.catalog::regclass::oid, c.number::int8 FROM (VALUES
    ('pg_class', 0), ('pg_type', 1), ('pg_proc', 2), ('pg_namespace', 3), ('pg_extension', 4), ('pg_operator', 6),
    ('pg_opfamily', 7), ('pg_opclass', 8), ('pg_cast', 9), ('pg_collation', 10), ('pg_ts_config', 11),
    ('pg_ts_dict', 12), ('pg_ts_parser', 13), ('pg_ts_template', 14), ('pg_foreign_data_wrapper', 15),
    ('pg_foreign_server', 16), ('pg_language', 18), ('pg_transform', 19), ('pg_am', 20), ('pg_publication', 21),
    ('pg_subscription', 22), ('pg_event_trigger', 23)
  ) AS c (catalog, number)
), unit (part, units, marks, has) AS (
  SELECT 1, array_agg(c.oid::int8),
    array_agg(hashtidextended(c.ctid, age('3'::xid)::int8 - age(c.xmin))),
    array_agg(CASE c.relkind WHEN 'v' THEN 2 WHEN 'm' THEN 2 WHEN 'S' THEN 4 WHEN 'c' THEN 8 ELSE 1 END
      | CASE WHEN c.relacl IS NULL THEN 0 ELSE 4096 END)
  FROM pg_class AS c
  WHERE (SELECT part[1] FROM gate) AND c.oid >= 16384
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND c.relnamespace = ANY ((SELECT oids FROM own)::oid[])
  UNION ALL
  SELECT 2, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT a.attrelid::int8 AS unit,
      bit_xor(hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin))) AS mark,
      bit_or(CASE WHEN a.attacl IS NULL THEN 0 ELSE 4096 END) AS has
    FROM pg_attribute AS a
    WHERE (SELECT part[2] FROM gate) AND a.attnum > 0 AND a.attrelid IN (
      SELECT c.oid FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND c.oid >= 16384)
    GROUP BY a.attrelid
  ) AS u
  UNION ALL
  SELECT 3, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT d.adrelid::int8 AS unit,
      bit_xor(hashtidextended(d.ctid, age('3'::xid)::int8 - age(d.xmin))) AS mark, 0 AS has
    FROM pg_attrdef AS d
    WHERE (SELECT part[3] FROM gate)
    GROUP BY d.adrelid
  ) AS u
  UNION ALL
  SELECT 4, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT CASE k.conrelid WHEN 0 THEN (1::int8 << 32) + k.contypid::int8 ELSE k.conrelid::int8 END AS unit,
      bit_xor(hashtidextended(k.ctid, age('3'::xid)::int8 - age(k.xmin))) AS mark, 128 AS has
    FROM pg_constraint AS k
    WHERE (SELECT part[4] FROM gate) AND k.oid >= 16384
    GROUP BY k.conrelid, k.contypid
  ) AS u
  UNION ALL
  SELECT 5, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT i.indrelid::int8 AS unit,
      bit_xor(hashtidextended(i.ctid, age('3'::xid)::int8 - age(i.xmin))
        # hashtidextended(c.ctid, age('3'::xid)::int8 - age(c.xmin) + (1::int8 << 32))) AS mark, 256 AS has
    FROM pg_index AS i JOIN (
      SELECT c.oid, c.ctid, c.xmin FROM pg_class AS c
      WHERE (SELECT part[5] FROM gate) AND c.relkind IN ('i', 'I') AND c.relnamespace <> 'pg_toast'::regnamespace OFFSET 0
    ) AS c ON c.oid = i.indexrelid
    WHERE (SELECT part[5] FROM gate) AND i.indexrelid >= 16384
    GROUP BY i.indrelid
  ) AS u
  UNION ALL
  SELECT 6, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT i.indrelid::int8 AS unit,
      bit_xor(hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin))) AS mark, 0 AS has
    FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indexrelid
    WHERE (SELECT part[6] FROM gate) AND i.indexrelid >= 16384 AND i.indexprs IS NOT NULL
    GROUP BY i.indrelid
  ) AS u
  UNION ALL
  SELECT 7, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT g.unit, bit_xor(g.mark) AS mark, bit_or(g.has) AS has FROM (
      SELECT g.tgrelid::int8 AS unit, hashtidextended(g.ctid, age('3'::xid)::int8 - age(g.xmin)) AS mark, 512 AS has
      FROM pg_trigger AS g
      WHERE (SELECT part[7] FROM gate)
        AND (NOT g.tgisinternal OR g.tgenabled <> 'O' OR g.tgparentid <> 0 AND g.tgconstraint = 0)
      UNION ALL
      SELECT g.tgconstrrelid::int8, hashtidextended(g.ctid, age('3'::xid)::int8 - age(g.xmin) + (1::int8 << 32)), 0
      FROM pg_trigger AS g
      WHERE (SELECT part[7] FROM gate) AND g.tgenabled <> 'O' AND g.tgconstrrelid <> 0
    ) AS g
    GROUP BY g.unit
  ) AS u
  UNION ALL
  SELECT 8, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT h.inhrelid::int8 AS unit,
      bit_xor(hashtidextended(h.ctid, age('3'::xid)::int8 - age(h.xmin))) AS mark, 0 AS has
    FROM pg_inherits AS h
    WHERE (SELECT part[8] FROM gate)
    GROUP BY h.inhrelid
  ) AS u
  UNION ALL
  SELECT 9, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT r.ev_class::int8 AS unit,
      bit_xor(hashtidextended(r.ctid, age('3'::xid)::int8 - age(r.xmin))) AS mark,
      bit_or(CASE WHEN r.rulename = '_RETURN' THEN 0 ELSE 1024 END) AS has
    FROM pg_rewrite AS r
    WHERE (SELECT part[9] FROM gate) AND r.ev_class >= 16384
    GROUP BY r.ev_class
  ) AS u
  UNION ALL
  SELECT 10, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT p.polrelid::int8 AS unit,
      bit_xor(hashtidextended(p.ctid, age('3'::xid)::int8 - age(p.xmin))) AS mark, 2048 AS has
    FROM pg_policy AS p
    WHERE (SELECT part[10] FROM gate)
    GROUP BY p.polrelid
  ) AS u
  UNION ALL
  SELECT 11, array_agg(s.seqrelid::int8),
    array_agg(hashtidextended(s.ctid, age('3'::xid)::int8 - age(s.xmin))),
    array_agg(0)
  FROM pg_sequence AS s
  WHERE (SELECT part[11] FROM gate)
  UNION ALL
  SELECT 12, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT d.unit, bit_xor(d.mark) AS mark, bit_or(d.has) AS has FROM (
      SELECT d.objid::int8 AS unit, hashtidextended(d.ctid, age('3'::xid)::int8 - age(d.xmin)) AS mark, 0 AS has
      FROM pg_depend AS d
      WHERE (SELECT part[12] FROM gate) AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjsubid > 0 AND d.objsubid = 0 AND d.deptype IN ('a', 'i')
        AND d.objid IN (SELECT s.seqrelid FROM pg_sequence AS s)
      UNION ALL
      SELECT (c.number << 32) + e.objid::int8, 0, 131072
      FROM pg_depend AS e JOIN class AS c ON c.catalog = e.classid
      WHERE (SELECT part[12] FROM gate) AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
    ) AS d
    GROUP BY d.unit
  ) AS u
  UNION ALL
  SELECT 13, array_agg(f.ftrelid::int8),
    array_agg(hashtidextended(f.ctid, age('3'::xid)::int8 - age(f.xmin))),
    array_agg(0)
  FROM pg_foreign_table AS f
  WHERE (SELECT part[13] FROM gate)
  UNION ALL
  SELECT 14, array_agg(p.partrelid::int8),
    array_agg(hashtidextended(p.ctid, age('3'::xid)::int8 - age(p.xmin))),
    array_agg(0)
  FROM pg_partitioned_table AS p
  WHERE (SELECT part[14] FROM gate)
  UNION ALL
  SELECT 15, array_agg(CASE t.typtype WHEN 'c' THEN t.typrelid::int8 ELSE (1::int8 << 32) + t.oid::int8 END),
    array_agg(hashtidextended(t.ctid, age('3'::xid)::int8 - age(t.xmin))),
    array_agg(CASE t.typtype WHEN 'c' THEN 0 ELSE 8 END | CASE WHEN t.typacl IS NULL THEN 0 ELSE 4096 END)
  FROM pg_type AS t
  WHERE (SELECT part[15] FROM gate) AND t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r', 'c')
    AND t.typnamespace = ANY ((SELECT oids FROM own)::oid[])
  UNION ALL
  SELECT 16, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT (1::int8 << 32) + e.enumtypid::int8 AS unit,
      bit_xor(hashtidextended(e.ctid, age('3'::xid)::int8 - age(e.xmin))) AS mark, 0 AS has
    FROM pg_enum AS e
    WHERE (SELECT part[16] FROM gate)
    GROUP BY e.enumtypid
  ) AS u
  UNION ALL
  SELECT 17, array_agg((1::int8 << 32) + r.rngtypid::int8),
    array_agg(hashtidextended(r.ctid, age('3'::xid)::int8 - age(r.xmin))),
    array_agg(0)
  FROM pg_range AS r
  WHERE (SELECT part[17] FROM gate) AND r.rngtypid >= 16384
  UNION ALL
  SELECT 18, array_agg((2::int8 << 32) + p.oid::int8),
    array_agg(hashtidextended(p.ctid, age('3'::xid)::int8 - age(p.xmin))),
    array_agg(CASE WHEN p.proacl IS NULL THEN 16 ELSE 4112 END)
  FROM pg_proc AS p
  WHERE (SELECT part[18] FROM gate) AND p.oid >= 16384
    AND p.pronamespace = ANY ((SELECT oids FROM own)::oid[]) AND p.prosrc !~ '^(multi)?range_constructor[0-3]$'
  UNION ALL
  SELECT 19, array_agg((2::int8 << 32) + a.aggfnoid::int8),
    array_agg(hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin))),
    array_agg(0)
  FROM pg_aggregate AS a
  WHERE (SELECT part[19] FROM gate) AND a.aggfnoid::oid >= 16384
  UNION ALL
  SELECT 20, array_agg((3::int8 << 32) + s.oid::int8),
    array_agg(hashtidextended(s.ctid, s.xmin::text::int8)),
    array_agg(32 | 4096)
  FROM pg_namespace AS s
  WHERE (SELECT part[20] FROM gate) AND s.oid = ANY ((SELECT oids FROM own)::oid[])
  UNION ALL
  SELECT 21, array_agg((4::int8 << 32) + x.oid::int8),
    array_agg(hashtidextended(x.ctid, age('3'::xid)::int8 - age(x.xmin))),
    array_agg(64)
  FROM pg_extension AS x
  WHERE (SELECT part[21] FROM gate) AND x.oid >= 16384
  UNION ALL
  SELECT 22, array_agg((5::int8 << 32) + a.oid::int8),
    array_agg(hashtidextended(a.ctid, age('3'::xid)::int8 - age(a.xmin))),
    array_agg(16384 | 4096)
  FROM pg_default_acl AS a
  WHERE (SELECT part[22] FROM gate)
  UNION ALL
  SELECT 23, array_agg(u.unit), array_agg(u.mark), array_agg(u.has) FROM (
    SELECT d.unit, bit_xor(d.mark) AS mark, 8192 AS has FROM (
      SELECT CASE d.classoid
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
          WHEN 'pg_statistic_ext'::regclass
            THEN (SELECT s.stxrelid FROM pg_statistic_ext AS s WHERE s.oid = d.objoid)::int8
          ELSE (SELECT c.number << 32 FROM class AS c WHERE c.catalog = d.classoid) + d.objoid::int8
        END AS unit, hashtidextended(d.ctid, d.xmin::text::int8) AS mark
      FROM pg_description AS d
      WHERE (SELECT part[23] FROM gate) AND (d.objoid >= 16384 OR d.objoid = 2200)
    ) AS d
    GROUP BY d.unit
  ) AS u
  UNION ALL
  SELECT 24, '{-1}', ARRAY[bit_xor(hashtidextended(x.ctid, x.xmin::text::int8 + (x.tableoid::int8 << 32)))], '{0}'
  FROM ( -- operator classes and casts decide what is written out in indexes and expressions
    SELECT ctid, xmin, tableoid FROM pg_extension
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_opclass WHERE oid >= 16384
    UNION ALL SELECT ctid, xmin, tableoid FROM pg_cast WHERE oid >= 16384
  ) AS x
  WHERE (SELECT part[24] FROM gate)
  HAVING count(*) > 0
  UNION ALL
  SELECT 26, '{-1}', ARRAY[bit_xor(s.mark)], '{32768}' FROM (
    SELECT hashtextextended(r.rolname, r.oid::int8) FROM pg_roles AS r
    UNION ALL SELECT hashtidextended(t.ctid, t.xmin::text::int8) FROM pg_tablespace AS t
  ) AS s (mark)
)
SELECT p.part, u.units, u.marks, u.has
FROM gate AS g, LATERAL unnest(g.part || true) WITH ORDINALITY AS p (is_read, part)
LEFT JOIN unit AS u ON u.part = p.part
WHERE p.is_read

-- Indexes. "columns" are attribute numbers, 0 for an expression; "parts" are attribute name, text, statistics target of
-- each attribute of an index that has expressions. "definition" is NULL for what nine of ten indexes are, a btree of
-- one column with nothing said about it: pg_get_indexdef is the slowest function of a reading.
SELECT
  i.indrelid::int8 AS unit,
  i.indexrelid::int8 AS member,
  i.indexrelid::regclass::text AS identity,
  c.relname::text AS name,
  nullif(quote_ident(c.relname), c.relname) AS label,
  CASE WHEN NOT (
    i.indnatts = 1 AND i.indexprs IS NULL AND i.indpred IS NULL AND c.reloptions IS NULL AND c.relam = 403
    AND i.indoption[0] = 0 AND i.indcollation[0] IN (0, 100) AND NOT {nulls_not_distinct}
    AND (i.indclass[0], (
      SELECT a.atttypid FROM pg_attribute AS a
      WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attcollation = i.indcollation[0]
    )) IN (SELECT o.oid, o.opcintype FROM pg_opclass AS o WHERE o.opcdefault)
  ) IS NOT FALSE THEN pg_get_indexdef(i.indexrelid) END AS definition,
  i.indisunique AS is_unique,
  i.indisprimary AS is_primary,
  i.indkey::int2[] AS columns,
  i.indnkeyatts AS keys,
  CASE WHEN i.indexprs IS NOT NULL THEN (
    SELECT array_agg(
      ARRAY[a.attname::text, pg_get_indexdef(a.attrelid, a.attnum, false), nullif(a.attstattarget, -1)::text]
      ORDER BY a.attnum)
    FROM pg_attribute AS a WHERE a.attrelid = i.indexrelid
  ) END AS parts,
  pg_get_expr(i.indpred, i.indrelid) AS predicate,
  nullif(i.indisvalid, true) AS is_valid,
  nullif(i.indisready, true) AS is_ready,
  nullif(i.indislive, true) AS is_live,
  nullif(i.indisreplident, false) AS is_replica_identity,
  nullif(i.indisclustered, false) AS is_clustered,
  CASE WHEN c.relispartition THEN (
    SELECT h.inhparent::regclass::text FROM pg_inherits AS h WHERE h.inhrelid = i.indexrelid
  ) END AS partition_of,
  CASE WHEN c.reltablespace <> 0
    THEN (SELECT s.spcname::text FROM pg_tablespace AS s WHERE s.oid = c.reltablespace) END AS tablespace
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relnamespace <> 'pg_toast'::regnamespace AND {relations:i.indrelid}

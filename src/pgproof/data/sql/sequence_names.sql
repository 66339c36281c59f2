-- Each sequence but temporary and system ones, as (sequence, statement for its state, last value drawn).
-- The last value is NULL where none was drawn; only then has the statement more to tell: where the sequence begins.
SELECT format('%I.%I', n.nspname, c.relname),
       format('SELECT last_value, is_called FROM %I.%I', n.nspname, c.relname),
       pg_catalog.pg_sequence_last_value(c.oid)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY 1

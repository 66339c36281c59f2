-- Sets sequences, given with numbers that are in use, to the greatest number of each, within bounds, never backwards.
SELECT setval(f.sequence, f.top::bigint)
  FROM (SELECT name::regclass AS sequence, max(top) AS top FROM ({tops}) t(name, top) GROUP BY 1) f
  JOIN pg_catalog.pg_sequence s ON s.seqrelid = f.sequence
 WHERE f.top BETWEEN s.seqmin AND s.seqmax
   AND f.top > coalesce(pg_catalog.pg_sequence_last_value(f.sequence), s.seqmin - 1)

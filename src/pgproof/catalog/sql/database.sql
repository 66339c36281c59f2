-- This database itself, whatever its name is: its settings, and those of roles in it. The first line of the comment may
-- be the mark of a scratch database. A value that may be secret is left out.
SELECT
  (24::int8 << 32) + 1 AS unit,
  'database' AS identity,
  pg_get_userbyid(d.datdba)::text AS owner,
  ARRAY(
    SELECT CASE s.setrole WHEN 0 THEN '' ELSE 'ROLE ' || quote_ident(pg_get_userbyid(s.setrole)) || ' ' END || 'SET '
      || CASE WHEN c.said ~* '^[^=]*(pass|pwd|secret|token|key|cred)' THEN split_part(c.said, '=', 1) ELSE c.said END
    FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c (said) WHERE s.setdatabase = d.oid ORDER BY 1
  ) AS definition,
  nullif(regexp_replace(shobj_description(d.oid, 'pg_database'), '^pgproof scratch database[^\n]*\n?', ''), '') AS comment
FROM pg_database AS d WHERE d.datname = current_database()

-- User mappings, of which only a superuser sees all. Their options are secrets, but for who is meant.
SELECT
  (17::int8 << 32) + u.umid::int8 AS unit,
  CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.umuser)) END || ' SERVER ' || quote_ident(u.srvname)
    AS identity,
  ARRAY(
    SELECT 'OPTION ' || CASE WHEN o.said LIKE 'user=%' THEN o.said ELSE split_part(o.said, '=', 1) END
    FROM unnest(u.umoptions) AS o (said) ORDER BY 1
  ) AS definition
FROM pg_user_mappings AS u WHERE {class17:u.umid}

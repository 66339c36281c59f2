-- Row security policies.
SELECT
  p.polrelid::int8 AS unit,
  p.oid::int8 AS member,
  quote_ident(p.polname) AS label,
  p.polpermissive AS permissive,
  CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
    AS command,
  ARRAY(
    SELECT CASE u.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.oid)) END
    FROM unnest(p.polroles) AS u (oid) ORDER BY 1
  ) AS roles,
  pg_get_expr(p.polqual, p.polrelid) AS using,
  pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
FROM pg_policy AS p WHERE {relations:p.polrelid}

-- What was granted beyond, and revoked from, the privileges that the rarer objects are born with; see grant.sql.
WITH subject (unit, kind, identity, acl, born) AS (
  SELECT (15::int8 << 32) + f.oid::int8, 'foreign data wrapper', quote_ident(f.fdwname), f.fdwacl, acldefault('F', f.fdwowner)
  FROM pg_foreign_data_wrapper AS f WHERE f.fdwacl IS NOT NULL AND {class15:f.oid}
  UNION ALL
  SELECT (16::int8 << 32) + s.oid::int8, 'foreign server', quote_ident(s.srvname), s.srvacl, acldefault('S', s.srvowner)
  FROM pg_foreign_server AS s WHERE s.srvacl IS NOT NULL AND {class16:s.oid}
  UNION ALL
  SELECT (18::int8 << 32) + l.oid::int8, 'language', quote_ident(l.lanname), l.lanacl, acldefault('l', l.lanowner)
  FROM pg_language AS l WHERE l.lanacl IS NOT NULL AND {class18:l.oid}
  UNION ALL
  SELECT (24::int8 << 32) + 1, 'database', 'database', d.datacl, acldefault('d', d.datdba)
  FROM pg_database AS d WHERE d.datacl IS NOT NULL AND d.datname = current_database()
  UNION ALL
  SELECT (25::int8 << 32) + l.lomowner::int8, 'large object', 'of ' || quote_ident(pg_get_userbyid(l.lomowner)),
    l.lomacl, acldefault('L', l.lomowner)
  FROM (SELECT DISTINCT m.lomowner, m.lomacl::text::aclitem[] FROM pg_largeobject_metadata AS m WHERE m.lomacl IS NOT NULL)
    AS l (lomowner, lomacl)
)
SELECT s.unit, s.kind, s.identity AS object,
  CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee,
  x.is_revoked, array_agg(DISTINCT x.privilege ORDER BY x.privilege) AS privileges
FROM subject AS s
CROSS JOIN LATERAL (
  (
    SELECT e.grantee, e.privilege_type || CASE WHEN e.is_grantable THEN '*' ELSE '' END AS privilege, false AS is_revoked
    FROM aclexplode(s.acl) AS e
    EXCEPT
    SELECT e.grantee, e.privilege_type || CASE WHEN e.is_grantable THEN '*' ELSE '' END, false
    FROM aclexplode(s.born) AS e
  )
  UNION ALL
  (
    SELECT e.grantee, e.privilege_type, true FROM aclexplode(s.born) AS e
    EXCEPT SELECT e.grantee, e.privilege_type, true FROM aclexplode(s.acl) AS e
  )
) AS x
GROUP BY s.unit, s.kind, s.identity, x.grantee, x.is_revoked

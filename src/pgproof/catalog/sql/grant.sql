-- What was granted beyond, and revoked from, the privileges that an object is born with. Those of the schema "public"
-- depend on the release.
WITH subject (unit, kind, identity, acl, born) AS (
  SELECT c.oid::int8, CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END,
    c.oid::regclass::text, c.relacl,
    acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
  FROM pg_class AS c WHERE c.relacl IS NOT NULL AND {relations:c.oid}
  UNION ALL
  SELECT a.attrelid::int8, 'column', a.attrelid::regclass::text || '.' || quote_ident(a.attname), a.attacl,
    acldefault('c', c.relowner)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
  WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped AND {relations:a.attrelid}
  UNION ALL
  SELECT CASE t.typtype WHEN 'c' THEN t.typrelid::int8 ELSE (1::int8 << 32) + t.oid::int8 END, 'type',
    format_type(t.oid, NULL), t.typacl, acldefault('T', t.typowner)
  FROM pg_type AS t WHERE t.typacl IS NOT NULL AND {types:t.oid}
  UNION ALL
  SELECT (2::int8 << 32) + p.oid::int8, 'function', p.oid::regprocedure::text, p.proacl, acldefault('f', p.proowner)
  FROM pg_proc AS p WHERE p.proacl IS NOT NULL AND {functions:p.oid}
  UNION ALL
  SELECT (3::int8 << 32) + s.oid::int8, 'schema', quote_ident(s.nspname), s.nspacl,
    acldefault('n', s.nspowner) || CASE
      WHEN s.oid <> 2200 THEN '{}'
      WHEN current_setting('server_version_num')::int < 150000
        THEN ARRAY[makeaclitem(0, s.nspowner, 'USAGE', false), makeaclitem(0, s.nspowner, 'CREATE', false)]
      ELSE ARRAY[makeaclitem(0, s.nspowner, 'USAGE', false)]
    END
  FROM pg_namespace AS s WHERE s.nspacl IS NOT NULL AND {schemas:s.oid}
  UNION ALL
  SELECT (5::int8 << 32) + a.oid::int8,
    CASE a.defaclobjtype
      WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function' WHEN 'T' THEN 'type'
      WHEN 'n' THEN 'schema' ELSE 'large object'
    END || ' default',
    'of ' || quote_ident(pg_get_userbyid(a.defaclrole))
      || CASE a.defaclnamespace WHEN 0 THEN '' ELSE ' in ' || a.defaclnamespace::regnamespace::text END,
    a.defaclacl,
    CASE WHEN a.defaclnamespace <> 0 THEN acldefault('c', a.defaclrole)
      ELSE acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END, a.defaclrole) END
  FROM pg_default_acl AS a WHERE {defaults:a.oid}
)
SELECT s.unit, s.kind, s.identity AS object,
  CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee,
  x.is_revoked, array_agg(x.privilege ORDER BY x.privilege) AS privileges
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

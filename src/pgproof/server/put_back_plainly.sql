-- What CREATE DATABASE does not copy, by statements that the database's owner may give: nothing else is touched.
DO $pgproof$
DECLARE
  template CONSTANT text := {template};
  name CONSTANT text := {name};
  found record;
BEGIN
  FOR found IN
    SELECT pg_get_userbyid(nullif(s.setrole, 0)) AS role,
           split_part(c, '=', 1) AS setting,
           substr(c, strpos(c, '=') + 1) AS value
      FROM pg_db_role_setting s
      JOIN pg_database d ON d.oid = s.setdatabase
     CROSS JOIN unnest(s.setconfig) c
     WHERE d.datname = template
  LOOP
    IF lower(found.setting) IN ('search_path', 'temp_tablespaces') THEN -- lists of names, quoted already
      PERFORM set_config(found.setting, found.value, true);
    END IF;
    EXECUTE CASE WHEN found.role IS NULL THEN format('ALTER DATABASE %I', name)
                 ELSE format('ALTER ROLE %I IN DATABASE %I', found.role, name) END
         || ' SET ' || (SELECT string_agg(quote_ident(part), '.') FROM regexp_split_to_table(found.setting, '\.') part)
         || CASE WHEN lower(found.setting) IN ('search_path', 'temp_tablespaces') THEN ' FROM CURRENT'
                 ELSE ' TO ' || quote_literal(found.value) END;
  END LOOP;

  IF (SELECT datacl IS NOT NULL FROM pg_database WHERE datname = template) THEN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', name);
    FOR found IN
      SELECT coalesce(quote_ident(pg_get_userbyid(nullif(a.grantee, 0))), 'PUBLIC') AS grantee,
             string_agg(a.privilege_type, ', ') AS privileges, a.is_grantable
        FROM pg_database d
       CROSS JOIN aclexplode(d.datacl) a
       WHERE d.datname = template
       GROUP BY 1, 3
    LOOP
      EXECUTE format('GRANT %s ON DATABASE %I TO %s', found.privileges, name, found.grantee)
           || CASE WHEN found.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END;
    END LOOP;
  END IF;

  IF (SELECT datconnlimit < 1000000000 FROM pg_database WHERE datname = template) THEN
    EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT %s', name,
                   (SELECT datconnlimit FROM pg_database WHERE datname = template));
  END IF;
END $pgproof$

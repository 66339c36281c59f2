-- Collations of this encoding. The release says in which column the locale of a provider other than libc stands; the
-- version of a collation depends on the machine.
SELECT
  (10::int8 << 32) + c.oid::int8 AS unit,
  c.oid::regcollation::text AS identity,
  pg_get_userbyid(c.collowner)::text AS owner,
  array_remove(ARRAY[
    'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'd' THEN 'default' ELSE 'libc' END,
    'LOCALE = ' || coalesce(
      j.facts ->> 'colllocale', j.facts ->> 'colliculocale', CASE WHEN c.collcollate = c.collctype THEN c.collcollate END),
    CASE WHEN c.collcollate <> c.collctype THEN 'LC_COLLATE = ' || c.collcollate END,
    CASE WHEN c.collcollate <> c.collctype THEN 'LC_CTYPE = ' || c.collctype END,
    CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END,
    'RULES = ' || quote_literal(coalesce(j.facts ->> 'collicurules', j.facts ->> 'collrules'))
  ], NULL) AS definition,
  obj_description(c.oid, 'pg_collation') AS comment
FROM pg_collation AS c, LATERAL (SELECT to_jsonb(c) AS facts) AS j
WHERE {class10:c.oid} AND c.collnamespace <> 'pg_catalog'::regnamespace
  AND c.collencoding IN (-1, (SELECT d.encoding FROM pg_database AS d WHERE d.datname = current_database()))

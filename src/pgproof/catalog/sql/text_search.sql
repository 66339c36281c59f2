-- Configurations, dictionaries, parsers and templates of the text search.
SELECT
  (11::int8 << 32) + c.oid::int8 AS unit,
  'CONFIGURATION ' || c.oid::regconfig::text AS identity,
  pg_get_userbyid(c.cfgowner)::text AS owner,
  'PARSER = ' || quote_ident(n.nspname) || '.' || quote_ident(p.prsname) || ARRAY(
    SELECT 'MAPPING FOR ' || t.alias || ' WITH ' || string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
    FROM pg_ts_config_map AS m JOIN ts_token_type(c.cfgparser) AS t ON t.tokid = m.maptokentype
    WHERE m.mapcfg = c.oid GROUP BY t.alias ORDER BY t.alias COLLATE "C"
  ) AS definition,
  obj_description(c.oid, 'pg_ts_config') AS comment
FROM pg_ts_config AS c
JOIN pg_ts_parser AS p ON p.oid = c.cfgparser
JOIN pg_namespace AS n ON n.oid = p.prsnamespace
WHERE {class11:c.oid}
UNION ALL
SELECT
  (12::int8 << 32) + d.oid::int8,
  'DICTIONARY ' || d.oid::regdictionary::text,
  pg_get_userbyid(d.dictowner)::text,
  array_remove(ARRAY['TEMPLATE = ' || quote_ident(n.nspname) || '.' || quote_ident(t.tmplname), d.dictinitoption], NULL),
  obj_description(d.oid, 'pg_ts_dict')
FROM pg_ts_dict AS d
JOIN pg_ts_template AS t ON t.oid = d.dicttemplate
JOIN pg_namespace AS n ON n.oid = t.tmplnamespace
WHERE {class12:d.oid}
UNION ALL
SELECT
  (13::int8 << 32) + p.oid::int8,
  'PARSER ' || quote_ident(n.nspname) || '.' || quote_ident(p.prsname),
  NULL,
  array_remove(ARRAY[
    'START = ' || p.prsstart::oid::regprocedure::text,
    'GETTOKEN = ' || p.prstoken::oid::regprocedure::text,
    'END = ' || p.prsend::oid::regprocedure::text,
    'LEXTYPES = ' || p.prslextype::oid::regprocedure::text,
    'HEADLINE = ' || nullif(p.prsheadline::oid, 0)::regprocedure::text
  ], NULL),
  obj_description(p.oid, 'pg_ts_parser')
FROM pg_ts_parser AS p JOIN pg_namespace AS n ON n.oid = p.prsnamespace
WHERE {class13:p.oid}
UNION ALL
SELECT
  (14::int8 << 32) + t.oid::int8,
  'TEMPLATE ' || quote_ident(n.nspname) || '.' || quote_ident(t.tmplname),
  NULL,
  array_remove(ARRAY[
    'INIT = ' || nullif(t.tmplinit::oid, 0)::regprocedure::text,
    'LEXIZE = ' || t.tmpllexize::oid::regprocedure::text
  ], NULL),
  obj_description(t.oid, 'pg_ts_template')
FROM pg_ts_template AS t JOIN pg_namespace AS n ON n.oid = t.tmplnamespace
WHERE {class14:t.oid}

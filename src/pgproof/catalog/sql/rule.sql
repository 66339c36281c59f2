-- Rewrite rules that are not a view's own.
SELECT
  r.ev_class::int8 AS unit,
  r.oid::int8 AS member,
  quote_ident(r.rulename) AS label,
  pg_get_ruledef(r.oid) AS definition,
  CASE r.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
FROM pg_rewrite AS r WHERE r.rulename <> '_RETURN' AND {relations:r.ev_class}

CREATE TABLE plain_text AS
SELECT '%s %(x)s ${y} $1 :name {{ z }} /* TEMPLATE */'::text AS words, '{"a": 1}'::jsonb ? 'a' AS has_key, 7 % 4 AS rest;

-- Every comment; schema public's own left out.
SELECT d.classoid::regclass::text AS class, d.objoid::int8 AS object, d.objsubid AS part, d.description AS comment
FROM pg_description AS d
WHERE d.objoid >= 16384 OR d.objoid = 2200 AND d.description <> 'standard public schema'

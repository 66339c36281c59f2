-- Makes a session as good as new, but for the statements and plans that it keeps. Returns what only a new session would
-- notice: settings of roles and databases, and whether something runs at login.
SET SESSION AUTHORIZATION DEFAULT;
RESET ROLE;
RESET ALL;
CLOSE ALL;
UNLISTEN *;
DISCARD TEMP;
DISCARD SEQUENCES;
SELECT pg_catalog.pg_advisory_unlock_all();
SELECT (SELECT pg_catalog.md5(pg_catalog.string_agg(s::text, ' ' ORDER BY s.setdatabase, s.setrole))
          FROM pg_catalog.pg_db_role_setting AS s) AS settings,
       (SELECT count(*) FROM pg_catalog.pg_event_trigger AS e WHERE e.evtevent = 'login') AS logins

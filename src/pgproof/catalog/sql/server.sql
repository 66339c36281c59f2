-- As numbers: what timestamps look like to the client depends on settings that it hears of too late.
-- Which run of the server this is, and what time it is there.
SELECT extract(epoch FROM pg_postmaster_start_time())::float8 AS started, extract(epoch FROM clock_timestamp())::float8 AS now

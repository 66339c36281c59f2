-- Which run of the server this is, and what time it is there.
SELECT pg_postmaster_start_time() AS started, clock_timestamp() AS now

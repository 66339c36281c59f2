-- What the texts of the catalog and the time to read them depend on. The dates and sizes are constants of the release.
SELECT
  set_config('search_path', 'pg_catalog, pg_temp', true), set_config('quote_all_identifiers', 'off', true),
  set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true),
  set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
  set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true),
  set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true),
  set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
  set_config('enable_seqscan', 'on', true)

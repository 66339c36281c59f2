-- What a server is, and what its user may do there.
SELECT current_setting('server_version_num')::int                AS version,
       current_setting('server_version')                         AS release,
       pg_is_in_recovery()                                       AS is_standby,
       current_setting('default_transaction_read_only')::bool    AS is_read_only,
       current_setting('fsync')::bool                            AS is_durable,
       r.rolname                                                 AS username,
       r.rolsuper                                                AS is_superuser,
       r.rolsuper OR r.rolcreatedb                               AS may_create,
       (SELECT pg_encoding_to_char(d.encoding) = 'UTF8'
          FROM pg_database d WHERE d.datname = 'template0')      AS has_utf8,
       ARRAY(SELECT name::text FROM pg_available_extensions)     AS extensions
  FROM pg_roles r
 WHERE r.rolname = session_user

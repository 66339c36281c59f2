-- As Sourcegraph's migrator makes it.
CREATE TABLE public.migration_logs (id serial PRIMARY KEY);
ALTER TABLE public.migration_logs
    ADD COLUMN migration_logs_schema_version integer NOT NULL,
    ADD COLUMN schema text NOT NULL,
    ADD COLUMN version integer NOT NULL,
    ADD COLUMN up boolean NOT NULL,
    ADD COLUMN started_at timestamptz NOT NULL,
    ADD COLUMN finished_at timestamptz,
    ADD COLUMN success boolean,
    ADD COLUMN error_message text,
    ADD COLUMN backfilled boolean NOT NULL DEFAULT false

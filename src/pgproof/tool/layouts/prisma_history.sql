-- As Prisma's schema engine makes it.
CREATE TABLE public._prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    applied_steps_count integer NOT NULL DEFAULT 0
)

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A trigger keeps the old and the new column the same, so that the release that writes the one and the release that
/// writes the other can run side by side. Where the old column is gone already, there is nothing to do.
const UP: &str = r#"
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'tasks'::regclass AND attname = 'is_archived' AND NOT attisdropped
    ) THEN
        RETURN;
    END IF;
    ALTER TABLE tasks ADD COLUMN IF NOT EXISTS archived boolean;
    CREATE OR REPLACE FUNCTION tasks_sync_archived() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.archived IS NULL OR (TG_OP = 'UPDATE' AND NEW.is_archived <> OLD.is_archived) THEN
        NEW.archived := CAST(NEW.is_archived AS boolean);
    ELSE
        NEW.is_archived := CAST(NEW.archived AS integer);
    END IF;
    RETURN NEW;
END
$body$;
    CREATE OR REPLACE TRIGGER tasks_sync_archived BEFORE INSERT OR UPDATE ON tasks
        FOR EACH ROW EXECUTE FUNCTION tasks_sync_archived();
END
$$;
"#;

const DOWN: &str = "
DROP TRIGGER IF EXISTS tasks_sync_archived ON tasks;
DROP FUNCTION IF EXISTS tasks_sync_archived();
ALTER TABLE tasks DROP COLUMN IF EXISTS archived;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        Ok(())
    }
}

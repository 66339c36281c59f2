use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Shipped once no running release names the old column.
const UP: &str = "
DROP TRIGGER IF EXISTS tasks_sync_archived ON tasks;
DROP FUNCTION IF EXISTS tasks_sync_archived();
ALTER TABLE tasks ALTER COLUMN archived SET DEFAULT false;
ALTER TABLE tasks DROP COLUMN IF EXISTS is_archived;
";

/// The old column comes back with its values, because every boolean has its integer.
const DOWN: &str = r#"
ALTER TABLE tasks ALTER COLUMN archived DROP DEFAULT;
ALTER TABLE tasks
    ADD COLUMN is_archived integer NOT NULL DEFAULT 0
        CONSTRAINT tasks_is_archived_check CHECK (is_archived IN (0, 1));
UPDATE tasks SET is_archived = 1 WHERE archived;

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
"#;

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

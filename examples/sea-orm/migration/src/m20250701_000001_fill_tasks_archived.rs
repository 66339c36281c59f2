use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The rows from before the trigger, in batches: outside a transaction each is committed, and a run that was stopped
/// goes on where it was. IS DISTINCT FROM, because `<>` is not true for a NULL.
const BATCH: &str = "
UPDATE tasks SET archived = CAST(is_archived AS boolean)
WHERE id IN (
    SELECT id FROM tasks
    WHERE archived IS DISTINCT FROM CAST(is_archived AS boolean)
    ORDER BY id LIMIT 10000
    FOR UPDATE
)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.has_column("tasks", "is_archived").await? {
            return Ok(());
        }
        let database = manager.get_connection();
        while database.execute_unprepared(BATCH).await?.rows_affected() > 0 {}
        Ok(())
    }

    /// Nothing to undo: `archived` says what `is_archived` says, and goes with the version before, which added it.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    #[cfg(not(feature = "sea-orm-1"))]
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A name that somebody has chosen is kept: only NULLs are filled, in batches.
const BATCH: &str = "
UPDATE users SET display_name = split_part(email, '@', 1)
WHERE id IN (
    SELECT id FROM users
    WHERE display_name IS NULL
    ORDER BY id LIMIT 10000
    FOR UPDATE
)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_connection();
        while database.execute_unprepared(BATCH).await?.rows_affected() > 0 {}
        Ok(())
    }

    /// Nothing to undo: which names were filled and which were chosen cannot be told apart, and the version before
    /// takes the column away.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    #[cfg(not(feature = "sea-orm-1"))]
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

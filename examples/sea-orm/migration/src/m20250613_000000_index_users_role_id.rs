use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// CONCURRENTLY keeps writers going, and cannot run in a transaction; 1.x always has one open.
///
/// A build that is interrupted leaves an invalid index behind, which IF NOT EXISTS would keep for good; so drop, then
/// create, each a query of its own.
#[cfg(not(feature = "sea-orm-1"))]
const UP: [&str; 2] = [
    "DROP INDEX CONCURRENTLY IF EXISTS idx_users_role_id",
    "CREATE INDEX CONCURRENTLY idx_users_role_id ON users (role_id)",
];
#[cfg(feature = "sea-orm-1")]
const UP: [&str; 1] = ["CREATE INDEX IF NOT EXISTS idx_users_role_id ON users (role_id)"];

#[cfg(not(feature = "sea-orm-1"))]
const DOWN: &str = "DROP INDEX CONCURRENTLY IF EXISTS idx_users_role_id";
#[cfg(feature = "sea-orm-1")]
const DOWN: &str = "DROP INDEX IF EXISTS idx_users_role_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in UP {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        Ok(())
    }

    #[cfg(not(feature = "sea-orm-1"))]
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

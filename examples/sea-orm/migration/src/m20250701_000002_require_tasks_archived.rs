use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// SET NOT NULL alone reads the whole table while nobody may read or write it. With a valid CHECK that says the same
/// it reads nothing; and a CHECK is validated while others work.
const UP: [&str; 4] = [
    "DO $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM pg_constraint WHERE conrelid = 'tasks'::regclass AND conname = 'tasks_archived_set'
        ) THEN
            ALTER TABLE tasks ADD CONSTRAINT tasks_archived_set CHECK (archived IS NOT NULL) NOT VALID;
        END IF;
    END
    $$",
    "ALTER TABLE tasks VALIDATE CONSTRAINT tasks_archived_set",
    "ALTER TABLE tasks ALTER COLUMN archived SET NOT NULL",
    "ALTER TABLE tasks DROP CONSTRAINT tasks_archived_set",
];

/// The constraint is there only where the up was stopped half-way.
const DOWN: [&str; 2] = [
    "ALTER TABLE tasks DROP CONSTRAINT IF EXISTS tasks_archived_set",
    "ALTER TABLE tasks ALTER COLUMN archived DROP NOT NULL",
];

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
        for statement in DOWN {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    /// The lock of the first statement would last while the second one reads.
    #[cfg(not(feature = "sea-orm-1"))]
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

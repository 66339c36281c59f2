use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Reads all users, and lets them be read and written meanwhile.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE users VALIDATE CONSTRAINT users_role_id_fkey")
            .await?;
        Ok(())
    }

    /// A constraint cannot be made NOT VALID again: it is dropped and added, in one transaction.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(
                "ALTER TABLE users DROP CONSTRAINT IF EXISTS users_role_id_fkey;
                ALTER TABLE users
                    ADD CONSTRAINT users_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id)
                    ON DELETE RESTRICT NOT VALID;",
            )
            .await?;
        Ok(())
    }
}

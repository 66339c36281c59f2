use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The constraint comes first, NOT VALID: it refuses new orphans and reads no row. Then the old ones are cleaned, and
/// what they referred to is kept; the next version validates.
const UP: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS users_lost_roles (
        user_id bigint PRIMARY KEY
            CONSTRAINT users_lost_roles_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        lost_role integer NOT NULL
    )",
    "DO $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM pg_constraint WHERE conrelid = 'users'::regclass AND conname = 'users_role_id_fkey'
        ) THEN
            ALTER TABLE users
                ADD CONSTRAINT users_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles (id)
                ON DELETE RESTRICT NOT VALID;
        END IF;
    END
    $$",
    "WITH orphans AS (
        SELECT users.id, users.role_id
        FROM users
        WHERE users.role_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM roles WHERE roles.id = users.role_id)
        FOR UPDATE
    ), kept AS (
        INSERT INTO users_lost_roles (user_id, lost_role)
        SELECT id, role_id FROM orphans
        ON CONFLICT (user_id) DO UPDATE SET lost_role = EXCLUDED.lost_role
    )
    UPDATE users SET role_id = NULL FROM orphans WHERE users.id = orphans.id",
];

/// Who has been given a role in the meantime keeps it.
const DOWN: [&str; 3] = [
    "ALTER TABLE users DROP CONSTRAINT IF EXISTS users_role_id_fkey",
    "UPDATE users SET role_id = users_lost_roles.lost_role
    FROM users_lost_roles
    WHERE users_lost_roles.user_id = users.id AND users.role_id IS NULL",
    "DROP TABLE IF EXISTS users_lost_roles",
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

    /// The lock of the constraint would last until the cleaning is done.
    #[cfg(not(feature = "sea-orm-1"))]
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Roles with ids that the application knows.
const ROLES: [(i32, &str, &str); 3] = [
    (1, "admin", "Manages users and roles"),
    (2, "member", "Works on tasks"),
    (3, "viewer", "Reads tasks"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut insert = Query::insert();
        insert
            .into_table(Roles::Table)
            .columns([Roles::Id, Roles::Name, Roles::Description, Roles::CreatedAt])
            .on_conflict(OnConflict::new().do_nothing().to_owned());
        for (id, name, description) in ROLES {
            let created_at = Expr::cust("'2025-06-14 00:00:00+09'::timestamptz");
            insert.values_panic([id.into(), name.into(), description.into(), created_at]);
        }
        manager.exec_stmt(insert).await?;

        // Explicit ids do not move the sequence: without this, the application's next three inserts fail. Never
        // backwards: setval(…, 3) would do harm where the sequence is ahead already.
        manager
            .get_connection()
            .execute_unprepared(
                "SELECT setval('roles_id_seq', \
                 greatest((SELECT max(id) FROM roles), (SELECT last_value FROM roles_id_seq)))",
            )
            .await?;
        Ok(())
    }

    /// The rows that the up made. The sequence stays ahead: a number is never given out twice.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut made = Cond::any();
        for (id, name, _) in ROLES {
            made = made.add(
                Expr::col(Roles::Id)
                    .eq(id)
                    .and(Expr::col(Roles::Name).eq(name)),
            );
        }
        let delete = Query::delete()
            .from_table(Roles::Table)
            .cond_where(made)
            .to_owned();
        manager.exec_stmt(delete).await
    }
}

#[derive(DeriveIden)]
enum Roles {
    Table,
    Id,
    Name,
    Description,
    CreatedAt,
}

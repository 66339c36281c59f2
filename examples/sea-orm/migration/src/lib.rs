//! The schema of `migrations/` in this repository, as a team with SeaORM writes it.

pub use sea_orm_migration::prelude::*;

mod m20250511_073638_create_task_table;
mod m20250612_000000_create_roles_table;
mod m20250612_000001_create_users_table;
mod m20250613_000000_index_users_role_id;
mod m20250614_000000_insert_default_roles;
mod m20250620_000000_add_users_role_fk;
mod m20250620_000001_validate_users_role_fk;
mod m20250701_000000_add_tasks_archived;
mod m20250701_000001_fill_tasks_archived;
mod m20250701_000002_require_tasks_archived;
mod m20250702_000000_drop_tasks_is_archived;
mod m20250703_000000_add_users_display_name;
mod m20250703_000001_fill_users_display_name;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20250511_073638_create_task_table::Migration),
            Box::new(m20250612_000000_create_roles_table::Migration),
            Box::new(m20250612_000001_create_users_table::Migration),
            Box::new(m20250613_000000_index_users_role_id::Migration),
            Box::new(m20250614_000000_insert_default_roles::Migration),
            Box::new(m20250620_000000_add_users_role_fk::Migration),
            Box::new(m20250620_000001_validate_users_role_fk::Migration),
            Box::new(m20250701_000000_add_tasks_archived::Migration),
            Box::new(m20250701_000001_fill_tasks_archived::Migration),
            Box::new(m20250701_000002_require_tasks_archived::Migration),
            Box::new(m20250702_000000_drop_tasks_is_archived::Migration),
            Box::new(m20250703_000000_add_users_display_name::Migration),
            Box::new(m20250703_000001_fill_users_display_name::Migration),
        ]
    }
}

"""Faults of SeaORM crates, each an edit of the example, and what has to be found of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .crate import Edit

LIB = "src/lib.rs"
ROLES = "m20250612_000000_create_roles_table"
INDEX = "m20250613_000000_index_users_role_id"
DEFAULTS = "m20250614_000000_insert_default_roles"
FILL = "m20250703_000001_fill_users_display_name"
KIND, ADD, USE = "m20250801_000000_create_kind", "m20250802_000000_add_kind", "m20250803_000000_use_kind"
LAST = "m20250804_000000_add_tasks_a"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An edit, and what has to be found."""

    edits: Mapping[str, Edit]
    finds: Mapping[tuple[str, str], tuple[str, ...]]
    """(check, subject) → texts that its finding holds. Nothing else may be found."""
    major: int = 2


def _function(name: str, sql: str) -> str:
    return (
        f"    async fn {name}(&self, manager: &SchemaManager) -> Result<(), DbErr> {{\n"
        f'        manager.get_connection().execute_unprepared("{sql}").await?;\n        Ok(())\n    }}\n'
    )


def _source(up: str, down: str) -> str:
    return (
        "use sea_orm_migration::prelude::*;\n\n#[derive(DeriveMigrationName)]\npub struct Migration;\n\n"
        "#[async_trait::async_trait]\nimpl MigrationTrait for Migration {\n"
        f"{_function('up', up)}{_function('down', down)}}}\n"
    )


def _more(sources: Mapping[str, str]) -> dict[str, Edit]:
    """Return the edits that add migrations behind the last one."""
    last = f"Box::new({FILL}::Migration),\n"
    boxed = "".join(f"            Box::new({version}::Migration),\n" for version in sources)
    lib = [(f"mod {FILL};\n", f"mod {FILL};\n" + "".join(f"mod {v};\n" for v in sources)), (last, last + boxed)]
    return {f"src/{version}.rs": text for version, text in sources.items()} | {LIB: lib}


_UNDO_ROLES = """    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Roles::Table).if_exists().to_owned())
            .await
    }
"""
_KIND_DOWN = "ALTER TABLE tasks DROP COLUMN kind; DROP TYPE kind"
_KIND_GUARDED = (
    "DO $$ BEGIN IF to_regtype('kind') IS NULL THEN CREATE TYPE kind AS ENUM ('a'); END IF; END $$;"
    " ALTER TABLE tasks ADD COLUMN IF NOT EXISTS kind kind"
)
_ADD_VALUE = "ALTER TYPE kind ADD VALUE IF NOT EXISTS 'b'"
_USE_VALUE = "UPDATE tasks SET kind = 'b' WHERE kind IS NULL"
_NOTHING = "SELECT 1"

_TODO = """    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        todo!()
    }
"""
_RUN_DOWN = "        manager.get_connection().execute_unprepared(DOWN).await?;\n"
_EXEC = "        manager.exec_stmt(insert).await?;\n"
_PANIC = '        if manager.has_table("users").await? {\n            panic!("no such role");\n        }\n'
_FILL = "UPDATE users SET display_name = split_part(email, '@', 1)\n"

FAULTS = {
    "no-guard": Fault(
        edits={f"src/{ROLES}.rs": [("                    .if_not_exists()\n", "")]},
        finds={("double-apply-succeeds", ROLES): ("42P07", 'relation "roles" already exists', "CREATE TABLE", ROLES)},
    ),
    "down-forgets-index": Fault(
        edits={f"src/{INDEX}.rs": [(_RUN_DOWN, "        let _ = (manager, DOWN);\n")]},
        finds={("rollback-restores-schema", INDEX): ("idx_users_role_id",)},
    ),
    "todo-down": Fault(
        edits={f"src/{ROLES}.rs": [(_UNDO_ROLES, _TODO)]},
        finds={("down-runs", ROLES): ("it is unfinished: not yet implemented", f"{ROLES}.rs:40")},
    ),
    "irreversible-down": Fault(
        edits={f"src/{ROLES}.rs": [(_UNDO_ROLES, "")]},
        finds={("down-is-written", ROLES): ("has no down",)},
    ),
    "enum-in-one-migration": Fault(
        edits=_more({KIND: _source(_KIND_GUARDED, _KIND_DOWN), ADD: _source(f"{_ADD_VALUE}; {_USE_VALUE}", _NOTHING)}),
        finds={("migration-applies", ADD): ("55P04", "unsafe use of new value", f"{ADD}.rs:9")},
    ),
    "enum-in-one-run": Fault(
        edits=_more(
            {
                KIND: _source(_KIND_GUARDED, _KIND_DOWN),
                ADD: _source(_ADD_VALUE, _NOTHING),
                USE: _source(_USE_VALUE, "UPDATE tasks SET kind = NULL WHERE kind = 'b'"),
                LAST: _source("ALTER TABLE tasks ADD COLUMN IF NOT EXISTS a int", "ALTER TABLE tasks DROP COLUMN a"),
            }
        ),
        finds={("deploy-modes-agree", "history"): ("55P04", "does not apply in one go", f"{USE}.rs:9")},
        major=1,
    ),
    "reordered": Fault(
        edits={
            LIB: [
                (f"Box::new({INDEX}::Migration)", "Box::new(swapped)"),
                (f"Box::new({DEFAULTS}::Migration)", f"Box::new({INDEX}::Migration)"),
                ("Box::new(swapped)", f"Box::new({DEFAULTS}::Migration)"),
            ]
        },
        finds={("versions-are-ordered", "history"): (f"{INDEX} behind {DEFAULTS}",)},
    ),
    "loses-null-rows": Fault(
        edits={f"src/{FILL}.rs": [(_FILL, "DELETE FROM users\n")]},
        finds={
            ("rows-survive", FILL): ("public.users",),
            ("rollback-restores-data", FILL): ("public.users",),
        },
    ),
    "panic-in-up": Fault(
        edits={f"src/{DEFAULTS}.rs": [(_EXEC, _PANIC + _EXEC)]},
        finds={("migration-applies", DEFAULTS): ("it panics: no such role", f"{DEFAULTS}.rs:26")},
    ),
}

"""SeaORM by its program: a fake one that keeps SeaORM's manners, on a real server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.errors import HistoryFault, UsageFault
from pgproof.server.session import connect
from pgproof.tool import Failure, History, MigrationFailed, layouts
from pgproof.tool.layouts.listing import look
from pgproof.tool.sea_orm import Program, SeaOrmTool, history_table, known

FAKE = Path(__file__).with_name("fake_sea_orm.py")
ONE = ("m0001_a", "CREATE TABLE a (id int)", "DROP TABLE a")
TWO = ("m0002_b", "CREATE TABLE b (id int)", "DROP TABLE b")
RUST = """use sea_orm_migration::prelude::*;
#[derive(DeriveMigrationName)]
pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("%s").await?;
        Ok(())
    }
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> { Ok(()) }
}
"""
Make = Callable[..., SeaOrmTool]


@pytest.fixture
def make(tmp_path, server) -> Make:
    """Return a function: migrations to a tool whose program has them, with the sources that they would have."""

    def made(*migrations: tuple[str, str, str], **more: bool) -> SeaOrmTool:
        root = tmp_path / "migration"
        (root / "src").mkdir(parents=True, exist_ok=True)
        (root / "Cargo.toml").write_text('[dependencies]\nsea-orm-migration = "2"\n')
        for old in (root / "src").iterdir():
            old.unlink()
        for version, up, _ in migrations:
            (root / "src" / f"{version}.rs").write_text(RUST % up)
        (root / "spec.json").write_text(json.dumps({"migrations": migrations, **more}))
        program = Program(words=(sys.executable, str(FAKE), str(root / "spec.json")), version="2.0.4")
        return SeaOrmTool(program, layouts.by_name("sea-orm").read(look(root)), server.logged)

    return made


def failure(act: Callable[..., object], *words: str) -> Failure:
    with pytest.raises(MigrationFailed) as failed:
        act(*words)
    return failed.value.failure


def versions(tool: SeaOrmTool, url: str) -> list[str]:
    return [row.version for row in tool.recorded(url)]


def test_up_and_down_move_one_version(make, database):
    tool = make(ONE, TWO)

    tool.up(database, "m0001_a")
    assert versions(tool, database) == ["m0001_a"]
    tool.up(database, "m0002_b")
    assert versions(tool, database) == ["m0001_a", "m0002_b"]
    tool.down(database, "m0002_b")
    assert versions(tool, database) == ["m0001_a"]


def test_all_at_once_and_reset(make, database, one):
    tool = make(ONE, TWO)

    tool.up_all(database)
    assert versions(tool, database) == ["m0001_a", "m0002_b"]
    assert tool.undo(database, ["m0001_a", "m0002_b"]) is None
    assert versions(tool, database) == []
    assert one(database, "SELECT to_regclass('a') IS NULL")


def test_the_newest_are_undone_in_one_command(make, database):
    tool = make(ONE, TWO)
    tool.up_all(database)

    assert tool.undo(database, ["m0002_b"]) is None
    assert versions(tool, database) == ["m0001_a"]


def test_undoing_together_names_the_version_that_fails(make, database):
    tool = make(ONE, ("m0002_b", "CREATE TABLE b (id int)", "DROP TABLE c"))
    tool.up_all(database)
    failed = tool.undo(database, ["m0001_a", "m0002_b"])

    assert failed is not None
    assert (failed.version, failed.failure.sqlstate) == ("m0002_b", "42P01")


def test_a_forgotten_version_is_applied_again(make, database):
    tool = make(ONE)
    tool.up(database, "m0001_a")
    tool.forget(database, "m0001_a")
    found = failure(tool.up, database, "m0001_a")

    assert (found.sqlstate, found.message) == ("42P07", 'relation "a" already exists')
    assert found.statement == "CREATE TABLE a (id int)"
    assert (Path(found.file).name, found.line) == ("m0001_a.rs", 7)
    assert "`" in found.detail
    assert "up -n 1` ended with 1" in found.detail


def test_a_panic_is_told_with_its_place(make, database):
    found = failure(make(("m0001_a", "panic no such role", "")).up, database, "m0001_a")

    assert found.message == "it panics: no such role"
    assert (Path(found.file).name, found.line, found.sqlstate) == ("m0001_a.rs", 7, "unknown")


def test_a_down_that_is_unfinished_is_told_apart(make, database):
    tool = make(("m0001_a", "SELECT 1", "panic not yet implemented"))
    tool.up(database, "m0001_a")

    assert failure(tool.down, database, "m0001_a").message == "it is unfinished: not yet implemented"


def test_a_down_that_is_not_there_is_told_apart(make, database):
    tool = make(("m0001_a", "SELECT 1", ""))
    tool.up(database, "m0001_a")

    assert failure(tool.down, database, "m0001_a").message.startswith("it has no down")


def test_what_the_tool_says_and_what_its_table_says_must_agree(make, database):
    found = failure(make(ONE, lies=True).up, database, "m0001_a")

    assert "ended with 0, and the history table is as it was" in found.message


def test_another_version_than_the_wanted_one_is_refused(make, database):
    found = failure(make(ONE, TWO).up, database, "m0002_b")

    assert "records m0001_a" in found.message


def test_a_version_that_is_gone_stops_the_tool(make, database):
    make(ONE, TWO).up_all(database)
    found = failure(make(ONE).up_all, database)

    assert found.message.startswith("Migration file of version 'm0002_b' is missing")


def test_one_transaction_for_all_names_the_migration_that_failed(make, database):
    found = failure(make(ONE, ("m0002_b", "SELECT 1/0", ""), is_one=True).up_all, database)

    assert (found.sqlstate, Path(found.file).name) == ("22012", "m0002_b.rs")


def test_the_statements_are_those_that_reached_the_server(make, database):
    with connect(database) as connection:
        connection.execute("ALTER ROLE CURRENT_USER SET log_statement = 'all'")
    try:
        tool = make(ONE, ("m0002_b", "INSERT INTO a SELECT 1 FROM generate_series(1, 3)", "DELETE FROM a"))
        tool.up(database, "m0001_a")
        (ran,) = tool.up(database, "m0002_b")
    finally:
        with connect(database) as connection:
            connection.execute("ALTER ROLE CURRENT_USER RESET log_statement")

    assert (ran.kind, ran.rows, ran.moves_data, ran.line) == ("INSERT", 3, True, 7)


def test_without_a_log_the_statements_are_those_of_the_source(make, database):
    tool = make(ONE)
    silent = SeaOrmTool(tool.program, tool.history, lambda _: ("", 0))

    (ran,) = silent.up(database, "m0001_a")
    assert (ran.kind, ran.line) == ("CREATE", 7)


def test_the_program_tells_which_migrations_there_are(make, database):
    tool = make(ONE, TWO)
    files = History(root=tool.history.root, layout="sea-orm", migrations=tool.history.migrations[1:], has_downs=True)
    told = known(tool.program, database, files)

    assert told.versions == ("m0001_a", "m0002_b")
    assert told.migrations[1].up.name == "m0002_b.rs"
    assert (history_table(database).schema, history_table(database).table) == ("public", "seaql_migrations")


def test_an_order_that_the_sources_do_not_show_is_told(make, database):
    tool = make(TWO, ONE)
    files = History(root=tool.history.root, layout="sea-orm", migrations=(), has_downs=True)

    assert known(tool.program, database, files).faults == ("migrations() names m0001_a behind m0002_b",)


def test_a_program_that_was_built_anew_meanwhile_is_not_run(make, database):
    tool = make(ONE)
    program = replace(tool.program, built="1 2 3")

    with pytest.raises(UsageFault, match="was built anew"):
        SeaOrmTool(program, tool.history, tool.log).up(database, "m0001_a")


def test_a_program_that_tells_nothing_is_refused(make, database):
    with pytest.raises(HistoryFault, match="lists no migration"):
        known(make().program, database, History(root=Path(), layout="sea-orm", migrations=(), has_downs=True))


def test_a_down_that_does_nothing_is_known_from_its_source(make):
    tool = make(ONE)

    assert tool.body("m0001_a", down=True).is_empty
    assert not tool.body("m0001_a").is_empty

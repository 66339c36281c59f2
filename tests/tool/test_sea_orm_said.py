"""What SeaORM's programs write, as they really did, and what is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.tool import Migration
from pgproof.tool.program import Ended
from pgproof.tool.sea_orm_said import begun, failure, panic, plain, versions
from pgproof.tool.sent import statements, work

STATUS = """\x1b[2mChecking migration status\x1b[0m
Migration 'm0001_a'... Applied
Migration 'm0002_b'... Pending
"""
OLD_PANIC = (
    "thread 'main' panicked at 'no such role', migration/src/m0001_a.rs:11:13\nnote: run with `RUST_BACKTRACE=1`"
)
NEW_PANIC = """
thread 'main' (4711) panicked at ../migration/src/m0001_a.rs:11:13:
called `Result::unwrap()` on an `Err` value: Exec(SqlxError(PgDatabaseError { message: "relation \\"a\\" is so" })))
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"""
LOG = """2026-11-28 05:00:00.000 JST [12] 42P07 me@db ERROR:  relation "a" is so at character 14
2026-11-28 05:00:00.000 JST [12] 42P07 me@db STATEMENT:  CREATE TABLE
\ta ()
2026-11-28 05:00:00.000 JST [12] 00000 me@db LOG:  statement: BEGIN
2026-11-28 05:00:00.000 JST [12] 00000 me@db LOG:  statement: UPDATE a
\tSET b = 1
2026-11-28 05:00:00.000 JST [12] 00000 me@db LOG:  execute sqlx_s_1: INSERT INTO a VALUES ($1)
2026-11-28 05:00:00.000 JST [12] 00000 me@db DETAIL:  parameters: $1 = '1'
2026-11-28 05:00:00.000 JST [13] 00000 me@other LOG:  statement: DELETE FROM a
"""


def ended(output: str, code: int = 1) -> Ended:
    return Ended(name="`migration up`", code=code, output=output)


def test_versions_come_in_the_order_of_the_vec_and_without_colours():
    assert versions(plain(ended(STATUS)).output) == ("m0001_a", "m0002_b")


def test_the_last_that_was_begun_is_the_one_that_stopped():
    assert begun("Applying migration 'm1'\nMigration 'm1' has been applied\nApplying migration 'm2'\n") == "m2"
    assert begun("nothing") == ""


@pytest.mark.parametrize("output", [OLD_PANIC, NEW_PANIC])
def test_a_panic_is_found_in_the_words_of_old_and_new_compilers(output, tmp_path):
    source = tmp_path / "migration" / "src" / "m0001_a.rs"
    found = panic(output)

    assert found is not None
    assert found.line == 11
    assert "RUST_BACKTRACE" not in found.message
    migration = Migration(version="m0001_a", up=source, down=None, mode="")
    told = failure(ended(output, 101), "", "db", migration, [source])
    assert (told.file, told.line) == (str(source), 11)


def test_a_panic_over_a_refusal_is_the_refusal_with_the_line_of_the_panic(tmp_path):
    source = tmp_path / "migration" / "src" / "m0001_a.rs"
    told = failure(ended(NEW_PANIC, 101), LOG, "db", None, [source])

    assert (told.sqlstate, told.message, told.line) == ("42P07", 'relation "a" is so', 11)
    assert told.statement == "CREATE TABLE\na ()"


def test_an_error_that_the_migration_bore_is_not_why_it_stopped():
    told = failure(ended("Custom Error: enough"), LOG, "db", None, [])

    assert (told.sqlstate, told.message) == ("unknown", "Custom Error: enough")


def test_a_panic_in_a_dependency_keeps_its_own_place():
    told = failure(
        ended("thread 'main' panicked at /x/sea-query/src/lib.rs:3:1:\nodd"), "", "db", None, [Path("/y/a.rs")]
    )

    assert (told.file, told.line, told.message) == ("/x/sea-query/src/lib.rs", 3, "it panics: odd")


def test_statements_are_those_of_the_database_without_what_surrounds_them():
    sent = statements(LOG, "db")

    assert sent == ("BEGIN", "UPDATE a\nSET b = 1", "INSERT INTO a VALUES ($1)")
    assert tuple(work(sent)) == sent[1:]

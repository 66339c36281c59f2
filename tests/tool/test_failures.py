from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from pgproof.server import database as databases


class Case(NamedTuple):
    text: str
    line: int
    sqlstate: str
    statement: str


@pytest.mark.parametrize(
    "case",
    [
        Case("CREATE TABLE t (a int);\n\n-- é\nCREATE TABLE t (a int);", 4, "42P07", "CREATE TABLE t (a int)"),
        Case("-- é\nSELECT 'é',\n 'ü', missing;", 3, "42703", "SELECT 'é',\n 'ü', missing"),
        Case("SELECT 1;\r\n\r\nSELECT\r\n  nope;", 4, "42703", "SELECT\r\n  nope"),
        Case("SELECT 1;\nSELECT 1/0;\nSELECT 2", 2, "22012", "SELECT 1/0"),
        Case(
            "/* a\n/* b */\n*/ SELECT 1; DO $$\nBEGIN\n  RAISE 'no' USING ERRCODE = 'P0042';\nEND $$",
            3,
            "P0042",
            "DO $$",
        ),
        Case("SELECT 1;\n\nSELCT 2;", 3, "42601", "SELECT 1;\n\nSELCT 2;"),
        Case("SELECT 1;\nSELECT 'open", 2, "42601", "SELECT 1;\nSELECT 'open"),
    ],
)
@pytest.mark.parametrize("name", ["a.up.sql", "1_a.up.sql", "1-a.sql"])
def test_a_failure_names_file_line_and_statement(tool, database, failure_of, name: str, case: Case) -> None:
    made = tool({name: case.text})
    failure = failure_of(made, database, made.history.versions[0])
    assert (failure.line, failure.sqlstate) == (case.line, case.sqlstate)
    assert failure.statement.startswith(case.statement)
    assert failure.file.endswith(f"migrations/{name}")
    assert made.recorded(database) == ()


def test_the_file_is_named_as_a_user_would_type_it(
    tool, database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failure_of
) -> None:
    made = tool({"a.up.sql": "SELECT x"})
    monkeypatch.chdir(tmp_path)
    assert failure_of(made, database, "a").file == "migrations/a.up.sql"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert failure_of(made, database, "a").file == str(tmp_path / "migrations/a.up.sql")


def test_a_constraint_is_named_with_its_table(tool, database: str, failure_of) -> None:
    made = tool(
        {
            "a.up.sql": 'CREATE TABLE "Order Items" (id int CONSTRAINT "Größer" CHECK (id > 0), must text NOT NULL)',
            "b.up.sql": "INSERT INTO \"Order Items\" VALUES (-1, 'x')",
            "c.up.sql": 'INSERT INTO "Order Items" VALUES (1, NULL)',
        }
    )
    made.up(database, "a")
    failure = failure_of(made, database, "b")
    assert (failure.sqlstate, failure.constraint, failure.table) == ("23514", "Größer", 'public."Order Items"')
    assert "-1" in failure.detail
    failure = failure_of(made, database, "c")
    assert (failure.sqlstate, failure.column, failure.constraint) == ("23502", "must", "")


def test_a_deferred_constraint_is_blamed_on_its_file(tool, database: str, failure_of) -> None:
    text = "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n"
    made = tool({"a.up.sql": f"{text}INSERT INTO c VALUES (1);\n"})
    failure = failure_of(made, database, "a")
    assert (failure.sqlstate, failure.line, failure.statement) == ("23503", 3, "COMMIT")
    assert failure.table == "public.c"


def test_a_refused_password_is_not_shown(tool, database: str, failure_of) -> None:
    made = tool({"a.up.sql": "ALTER ROLE nobody_here PASSWORD 'hunter2'"})
    failure = failure_of(made, database, "a")
    assert "hunter2" not in repr(failure)
    assert "nobody_here" in failure.message


def test_an_ascii_database_counts_bytes_and_the_line_is_right(tool, server, failure_of) -> None:
    name = "pgproof_test_ascii"
    server.maintenance().execute(
        psycopg.sql.SQL(
            "CREATE DATABASE {} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        ).format(psycopg.sql.Identifier(name))
    )
    try:
        failure = failure_of(tool({"a.up.sql": "SELECT 'éééééééééé',\n'x',\nmissing,\n1"}), server.url(name), "a")
        assert failure.line == 3
    finally:
        databases.drop(server, name)

from __future__ import annotations

import pytest

from pgproof.server import database as databases
from pgproof.server.session import connect
from pgproof.tool import MigrationFailed, SavepointTool

TWO = {
    "a.up.sql": "CREATE TABLE t (id int PRIMARY KEY, v text);\n",
    "a.down.sql": "DROP TABLE t;",
    "b.up.sql": "INSERT INTO t VALUES (1, 'x'), (2, 'y');\nUPDATE t SET v = 'z' WHERE id = 1;\nDO $$ BEGIN END $$",
    "b.down.sql": "DELETE FROM t",
}


def test_it_keeps_the_protocol(tool) -> None:
    made = tool(TWO)
    assert isinstance(made, SavepointTool)
    assert made.name == "sql (named)"


def test_up_and_down_one_at_a_time(tool, database: str, one) -> None:
    made = tool(TWO)
    made.prepare(database)
    made.up(database, "a")
    ran = made.up(database, "b")
    assert [(r.line, r.kind, r.rows, r.moves_data, r.tables) for r in ran] == [
        (1, "INSERT", 2, False, ("t",)),
        (2, "UPDATE", 1, True, ("t",)),
        (3, "DO", None, False, ()),
    ]
    assert [r.version for r in made.recorded(database)] == ["a", "b"]
    assert one(database, "SELECT string_agg(v, ',' ORDER BY id) FROM t") == "z,y"
    assert [r.rows for r in made.down(database, "b")] == [2]
    assert [r.version for r in made.recorded(database)] == ["a"]
    made.down(database, "a")
    assert made.recorded(database) == ()
    assert one(database, "SELECT to_regclass('t')") is None


def test_all_pending_in_one_go(tool, database: str, one) -> None:
    made = tool(TWO)
    made.up(database, "a")
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["a", "b"]
    made.up_all(database)
    assert one(database, "SELECT count(*) FROM t") == 2


def test_settings_leak_in_one_go_and_not_one_at_a_time(tool, server, database: str, one) -> None:
    made = tool(
        {"a.up.sql": "CREATE SCHEMA app; SET search_path = app", "b.up.sql": "CREATE TABLE t (a int)"}, layout="named"
    )
    made.up_all(database)
    assert one(database, "SELECT to_regclass('app.t') IS NOT NULL")
    other = databases.create(server, "pgproof_test_leak")
    try:
        for version in made.history.versions:
            made.up(other, version)
        assert one(other, "SELECT to_regclass('public.t') IS NOT NULL")
    finally:
        databases.drop(server, "pgproof_test_leak")


def test_what_looks_like_a_placeholder_reaches_the_server(tool, database: str, one) -> None:
    text = (
        """CREATE TABLE t AS SELECT '%s %(x)s ${y} {{ z }} :name $1' AS v, '{"a": 1}'::jsonb ? 'a' AS q, 7 % 4 AS m"""
    )
    made = tool({"a.up.sql": text, "b.up.sql": "-- 100 % sure\nSELECT 'x' LIKE '%'"})
    made.up_all(database)
    assert one(database, "SELECT v || q || m FROM t") == "%s %(x)s ${y} {{ z }} :name $1true3"


@pytest.mark.parametrize("layout", ["named", "golang-migrate", "numbered"])
def test_a_failing_file_leaves_nothing(tool, database: str, layout: str, one, failure_of) -> None:
    name = {"named": "{}.up.sql", "golang-migrate": "1_{}.up.sql", "numbered": "1-{}.sql"}[layout]
    made = tool({name.format("a"): "CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT 1/0"})
    assert made.history.layout == layout
    assert failure_of(made, database, made.history.versions[0]).line == 1
    assert one(database, "SELECT to_regclass('t')") is None


def test_notices_are_kept_quiet(tool, database: str, capfd: pytest.CaptureFixture[str]) -> None:
    tool({"a.up.sql": "DROP TABLE IF EXISTS t; DO $$ BEGIN RAISE WARNING 'x'; END $$"}).up(database, "a")
    assert capfd.readouterr() == ("", "")


def test_run_and_record_are_undone_by_the_callers_savepoint(tool, database: str) -> None:
    made = tool(TWO)
    made.prepare(database)
    with connect(database) as connection:
        connection.execute("BEGIN")
        made.run(connection, "a")
        made.record(connection, "a")
        connection.execute("SAVEPOINT s")
        with pytest.raises(MigrationFailed) as failed:
            made.run(connection, "a")
        assert failed.value.failure.sqlstate == "42P07"
        connection.execute("ROLLBACK TO s")
        made.run(connection, "b")
        made.record(connection, "b")
        assert [r.version for r in made.recorded_on(connection)] == ["a", "b"]
        assert [r.kind for r in made.run(connection, "b", down=True)] == ["DELETE"]
        made.unrecord(connection, "b")
        connection.execute("COMMIT")
    assert [r.version for r in made.recorded(database)] == ["a"]


def test_a_whole_file_can_be_run_behind_a_savepoint(tool, database: str, one) -> None:
    made = tool({"1_a.up.sql": "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);", "1_a.down.sql": "DROP TABLE t"})
    with connect(database) as connection:
        connection.execute("BEGIN; SAVEPOINT s")
        assert [(r.line, r.kind) for r in made.run(connection, "1")] == [(1, "CREATE TABLE"), (2, "INSERT")]
        made.run(connection, "1", down=True)
        connection.execute("ROLLBACK")
    assert one(database, "SELECT to_regclass('t')") is None


def test_a_missing_down_is_empty(tool, database: str) -> None:
    made = tool({"a.up.sql": "SELECT 1", "b.up.sql": "SELECT 1", "b.down.sql": "-- nothing"})
    assert made.body("a", down=True).is_empty
    assert made.body("b", down=True).is_empty
    assert not made.body("b").is_empty
    with pytest.raises(ValueError, match="no down"):
        made.down(database, "a")

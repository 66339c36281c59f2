from __future__ import annotations

import pytest


def test_a_single_concurrent_index_passes_in_one_query(tool, database: str, one) -> None:
    made = tool({"1_a.up.sql": "CREATE TABLE t (a int)", "2_b.up.sql": "CREATE INDEX CONCURRENTLY i ON t (a);\n-- end"})
    made.up_all(database)
    assert one(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass")


def test_two_concurrent_indexes_fail_in_one_query(tool, database: str, failure_of) -> None:
    indexes = "CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (a);"
    made = tool({"1_a.up.sql": "CREATE TABLE t (a int)", "2_b.up.sql": indexes})
    made.up(database, "1")
    failure = failure_of(made, database, "2")
    assert (failure.sqlstate, failure.line) == ("25001", 1)


@pytest.mark.parametrize("first", ["", "-- pgproof: no-transaction\n"])
def test_named_files_leave_their_transaction_where_they_say_so(tool, database: str, first: str, failure_of) -> None:
    indexes = "CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (a);"
    made = tool({"a.up.sql": "CREATE TABLE t (a int)", "b.up.sql": first + indexes})
    made.up(database, "a")
    if first:
        assert [r.kind for r in made.up(database, "b")] == ["CREATE INDEX"] * 2
    else:
        assert failure_of(made, database, "b").sqlstate == "25001"


def test_numbered_files_leave_it_by_themselves(tool, database: str, one) -> None:
    loop = "DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END $$"
    made = tool({"1-a.sql": "CREATE TABLE t (a int)", "2-b.sql": f"{loop};\nCREATE INDEX CONCURRENTLY ON t (a)"})
    made.up_all(database)
    assert one(database, "SELECT count(*) FROM t") == 3


@pytest.mark.parametrize("name", ["1-a.sql", "a.up.sql", "1_a.up.sql"])
def test_own_transactions_are_kept(tool, database: str, name: str, one, failure_of) -> None:
    made = tool(
        {name: "BEGIN;\nCREATE TABLE t (a int);\nCOMMIT;\nBEGIN;\nCREATE TABLE u (a int);\nSELECT 1/0;\nCOMMIT;"}
    )
    assert made.history.migrations[0].mode == "own transactions"
    assert failure_of(made, database, made.history.versions[0]).line == 6
    assert one(database, "SELECT to_regclass('t') IS NOT NULL AND to_regclass('u') IS NULL")


def test_a_begin_without_a_commit_is_a_failure(tool, database: str, failure_of) -> None:
    made = tool({"1-a.sql": "BEGIN;\nCREATE TABLE t (a int);"})
    failure = failure_of(made, database, "1-a")
    assert (failure.sqlstate, failure.line) == ("25001", 2)
    assert made.recorded(database) == ()


def test_autocommit_keeps_what_came_before_a_failure(tool, database: str, one, failure_of) -> None:
    made = tool({"a.up.sql": "-- pgproof: no-transaction\nCREATE TABLE t (a int);\nSELECT 1/0;"})
    assert failure_of(made, database, "a").line == 3
    assert one(database, "SELECT to_regclass('t') IS NOT NULL")
    assert made.recorded(database) == ()


def test_a_down_has_its_own_mode(tool, database: str, one) -> None:
    made = tool(
        {
            "1-a.up.sql": "CREATE TABLE t (a int); CREATE INDEX i ON t (a)",
            "1-a.down.sql": "DROP INDEX CONCURRENTLY i",
        }
    )
    made.up(database, "1-a")
    made.down(database, "1-a")
    assert one(database, "SELECT to_regclass('i')") is None


@pytest.mark.parametrize("name", ["a.up.sql", "1_a.up.sql"])
def test_copy_from_stdin_is_refused_in_so_many_words(tool, database: str, name: str, failure_of) -> None:
    made = tool({name: "CREATE TABLE t (a int);\nCOPY t FROM stdin;\nSELECT 1;"})
    failure = failure_of(made, database, made.history.versions[0])
    assert failure.line == 2
    assert "holds SQL only" in failure.message


@pytest.mark.parametrize("name", ["a.up.sql", "1_a.up.sql"])
def test_copy_to_stdout_is_thrown_away(tool, database: str, name: str, one) -> None:
    made = tool({name: "COPY (SELECT generate_series(1, 100000)) TO stdout;\nCREATE TABLE t (a int);"})
    ran = made.up(database, made.history.versions[0])
    assert [r.kind for r in ran][-1] == "CREATE TABLE"
    assert one(database, "SELECT to_regclass('t') IS NOT NULL")

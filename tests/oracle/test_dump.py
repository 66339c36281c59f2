"""What counts as a difference between two dumps, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from .dump import Dump, parse, redo_difference, row_difference, schema_difference
from .programs import Programs

BASE = """
CREATE TABLE t (id int PRIMARY KEY, a text, b text);
CREATE TABLE loose (a text, b int);
CREATE INDEX ON t (a);
CREATE TYPE mood AS ENUM ('sad', 'glad');
INSERT INTO t VALUES (1, 'x', NULL), (2, 'y', 'z');
INSERT INTO loose VALUES ('a', 1), ('a', 1), (NULL, 2);
"""

Dumped = Callable[[str], Dump]


@pytest.fixture(scope="module")
def dumped(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Dumped:
    """Return a way to dump a database made by some SQL."""
    file = tmp_path_factory.mktemp("dumped") / "made.sql"

    @cache
    def make(text: str) -> Dump:
        file.write_text(text)
        name = programs.new()
        try:
            assert programs.run(name, file, is_atomic=True) is None
            return parse(programs.dump(name))
        finally:
            programs.drop(name)

    return make


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("", id="nothing"),
        pytest.param("SELECT 1;", id="a select"),
        pytest.param("CREATE SEQUENCE s; DROP SEQUENCE s;", id="there and back"),
        pytest.param(
            "ALTER TABLE t DROP a; ALTER TABLE t ADD a text; CREATE INDEX ON t (a);", id="another column order"
        ),
        pytest.param("DROP INDEX t_a_idx; CREATE INDEX t_a_idx1 ON t (a);", id="a name that the server would choose"),
    ],
)
def test_no_schema_difference(dumped: Dumped, more: str) -> None:
    assert schema_difference(dumped(BASE), dumped(BASE + more)) == []


@pytest.mark.parametrize(
    "more",
    [
        "CREATE INDEX ON t (a);",
        "DROP INDEX t_a_idx; CREATE INDEX mine ON t (a);",
        "ALTER TABLE t ALTER b SET NOT NULL;",
        "ALTER TABLE t ALTER b SET DEFAULT 'q';",
        "ALTER TYPE mood ADD VALUE 'mad' BEFORE 'sad';",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "GRANT SELECT ON t TO PUBLIC;",
        "COMMENT ON TABLE t IS 'said';",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID;",
    ],
)
def test_a_schema_difference(dumped: Dumped, more: str) -> None:
    ready = BASE.replace("NULL)", "'w')", 1)
    assert schema_difference(dumped(ready), dumped(ready + more)) != []


def test_rows_in_another_order_are_the_same(dumped: Dumped) -> None:
    other = "CREATE TABLE u AS TABLE t; TRUNCATE t; INSERT INTO t SELECT * FROM u ORDER BY id DESC; DROP TABLE u;"
    assert row_difference(dumped(BASE), dumped(BASE + other), is_rollback=False) == []


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("DELETE FROM t WHERE id = 1;", "1 rows lost, 0 gained, 0 values changed"),
        ("INSERT INTO t VALUES (3);", "0 rows lost, 1 gained, 0 values changed"),
        ("UPDATE t SET a = CASE id WHEN 1 THEN 'y' ELSE 'x' END;", "0 rows lost, 0 gained, 2 values changed"),
        ("UPDATE loose SET b = 3 WHERE a IS NULL;", "1 rows gone, 1 come"),
        ("INSERT INTO loose VALUES ('a', 1);", "0 rows gone, 1 come"),
    ],
)
def test_a_row_difference(dumped: Dumped, more: str, shown: str) -> None:
    (found,) = row_difference(dumped(BASE), dumped(BASE + more), is_rollback=True)
    assert shown in found


def test_a_filled_null_counts_except_after_a_rollback(dumped: Dumped) -> None:
    filled = dumped(BASE + "UPDATE t SET b = 'now' WHERE b IS NULL;")
    assert row_difference(dumped(BASE), filled, is_rollback=True) == []
    assert row_difference(dumped(BASE), filled, is_rollback=False) != []


def test_a_dropped_column_is_aside_by_its_name_only(dumped: Dumped) -> None:
    lost = dumped(BASE + "UPDATE t SET b = NULL;")
    assert row_difference(dumped(BASE), lost, aside=frozenset({"public.t.b"}), is_rollback=True) == []
    assert row_difference(dumped(BASE), lost, aside=frozenset({"public.t.a"}), is_rollback=True) != []


@pytest.mark.parametrize(
    ("once", "redone", "is_same"),
    [
        pytest.param("INSERT INTO t VALUES (8, 'x')", "INSERT INTO t VALUES (9, 'y')", True, id="its own row"),
        pytest.param("INSERT INTO t VALUES (8, 'x')", "SELECT 1", False, id="its own row is missing"),
        pytest.param("UPDATE t SET a = 'q'", "UPDATE t SET a = 'qq'", False, id="a row that was there"),
        pytest.param("INSERT INTO t VALUES (8)", "UPDATE t SET id = 9 WHERE id = 1", False, id="a key that was there"),
        pytest.param(
            "ALTER TABLE t ADD n int DEFAULT 1", "ALTER TABLE t ADD n int DEFAULT 2", True, id="its own column"
        ),
        pytest.param("INSERT INTO loose VALUES ('n', 1)", "INSERT INTO loose VALUES ('n', 2)", True, id="no key"),
        pytest.param(
            "UPDATE loose SET b = 7",
            "UPDATE loose SET b = 8 WHERE b = 9",
            True,
            id="no key, rows that cannot be told apart",
        ),
        pytest.param("SELECT 1", "UPDATE loose SET b = 8", False, id="no key, rows that were there"),
        pytest.param("CREATE TABLE u AS SELECT 1 i", "CREATE TABLE u AS SELECT 2 i", True, id="its own table"),
    ],
)
def test_what_a_redo_may_make_otherwise(dumped: Dumped, once: str, redone: str, is_same: bool) -> None:
    found = redo_difference(dumped(BASE), dumped(f"{BASE}{once};"), dumped(f"{BASE}{redone};"))
    assert (found == []) == is_same, found


def test_a_literal_of_the_clock_is_no_difference(dumped: Dumped) -> None:
    made = "CREATE TABLE d (at timestamptz DEFAULT '{}'::timestamptz, id int PRIMARY KEY);"
    assert schema_difference(dumped(made.format("now")), dumped(made.format("today"))) == []
    assert schema_difference(dumped(made.format("now")), dumped(made.format("2001-01-01"))) != []


def test_the_oracle_uses_nothing_of_pgproof() -> None:
    modules = [p for p in Path(__file__).parent.glob("*.py") if not p.name.startswith(("test_", "conftest"))]
    assert len(modules) == 6
    assert [p.name for p in modules if "import pgproof" in p.read_text() or "from pgproof" in p.read_text()] == []

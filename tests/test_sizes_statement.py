"""The statement of docs/levels.md that writes sizes.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.sizes import read_sizes

PAGE = (Path(__file__).parent.parent / "docs" / "levels.md").read_text(encoding="utf-8")
STATEMENT = PAGE.partition("<!-- sizes.sql -->\n```sql\n")[2].partition("```")[0]


@pytest.fixture
def sizes(connection, tmp_path):
    """Return what writes the file, and gives its text and its content."""

    def write() -> tuple[str, dict[str, int]]:
        file = tmp_path / "sizes.toml"
        file.write_text("".join(f"{line}\n" for (line,) in connection.execute(STATEMENT)), encoding="utf-8")
        return file.read_text(encoding="utf-8"), dict(read_sizes(file).rows)

    return write


def test_it_counts_tables_by_their_statistics_partitions_under_their_root(connection, sizes):
    connection.execute(r"""
        CREATE TABLE plain AS SELECT n FROM generate_series(1, 12345) n;
        CREATE SCHEMA "Sales"; CREATE TABLE "Sales"."Order ""x"" \表" AS SELECT 1;
        CREATE TABLE empty (); CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1;
        CREATE TEMPORARY TABLE passing AS SELECT 1;
        CREATE TABLE root (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF root FOR VALUES IN (1);
        CREATE TABLE p2 PARTITION OF root FOR VALUES IN (2) PARTITION BY LIST (a);
        CREATE TABLE p22 PARTITION OF p2 FOR VALUES IN (2);
        INSERT INTO root SELECT 1 + n % 2 FROM generate_series(1, 50) n;
        ANALYZE
    """)

    text, rows = sizes()

    assert rows == {
        "public.plain": 12345, r'"Sales"."Order ""x"" \表"': 1, "public.empty": 0, "public.root": 50,
    }  # fmt: skip
    assert text.startswith("# Rows per table of pgproof_test_")


def test_what_was_never_analysed_is_not_known(connection, sizes):
    connection.execute("""
        CREATE TABLE plain AS SELECT n FROM generate_series(1, 100) n;
        CREATE TABLE root (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF root FOR VALUES IN (1);
        CREATE TABLE p2 PARTITION OF root FOR VALUES IN (2); INSERT INTO root VALUES (1), (2); ANALYZE p1
    """)

    text, rows = sizes()

    assert rows == {}
    assert '# "public.plain": not known, ANALYZE tells\n# "public.root": not known' in text


def test_rows_that_came_since_then_count_by_the_room_that_they_take(connection, sizes):
    connection.execute("CREATE TABLE t (n) WITH (autovacuum_enabled = off) AS SELECT generate_series(1, 10000)")
    connection.execute("ANALYZE t; INSERT INTO t SELECT generate_series(1, 90000)")

    # as exact as the planner: 16 makes files longer by many pages at a time, and ANALYZE counts the empty ones as well
    assert 60_000 < sizes()[1]["public.t"] < 110_000

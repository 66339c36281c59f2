"""Tables and columns are followed through renames, re-creation and partitions."""

import pytest

from pgproof.data.change import ColumnChange, TableChange
from pgproof.data.compare import compare_by_name

T = "CREATE TABLE t (id int PRIMARY KEY, v text, n int)"
ROWS = "INSERT INTO t SELECT g, 'v' || g, nullif(g, 2) FROM generate_series(1, 4) g"


def test_renames_are_followed(change):
    found = change(
        T + ";" + ROWS,
        'ALTER TABLE t RENAME TO "T 2"; ALTER TABLE "T 2" RENAME v TO "V"; ALTER TABLE "T 2" RENAME id TO n2',
    )
    assert (found.table, found.renamed_to, found.lost, found.gained) == ("public.t", 'public."T 2"', 0, 0)
    assert [(c.column, c.renamed_to, c.held, c.changed) for c in found.columns] == [
        ("id", "n2", 4, 0),
        ("v", "V", 4, 0),
    ]


def test_columns_that_exchange_names_are_followed_by_what_they_are(change, follow):
    step = "ALTER TABLE t RENAME v TO x; ALTER TABLE t RENAME w TO v; ALTER TABLE t RENAME x TO w"
    base = "CREATE TABLE t (id int PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, 'a', 'b')"
    base = f"DROP TABLE IF EXISTS t; {base}"
    assert [(c.column, c.renamed_to, c.changed) for c in change(base, step).columns] == [("v", "w", 0), ("w", "v", 0)]
    (found,) = follow(base, step, compared=compare_by_name)
    assert [(c.column, c.renamed_to, c.changed) for c in found.columns] == [("v", "", 1), ("w", "", 1)]


def test_a_dropped_table(follow):
    found = follow(T + ";" + ROWS, "DROP TABLE t; CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1)")
    assert found == (
        TableChange(
            table="public.t", is_dropped=True, rows_before=4, lost=4, lost_keys=("id=1", "id=2", "id=3", "id=4")
        ),
        TableChange(table="public.u", is_added=True, rows_after=1, gained=1, gained_keys=("id=1",)),
    )


def test_empty_tables_that_come_and_go_are_named(follow):
    assert follow(T, "DROP TABLE t; CREATE TABLE u ()") == (
        TableChange(table="public.t", is_dropped=True),
        TableChange(table="public.u", is_added=True),
    )


def test_dropped_and_added_columns(change):
    found = change(T + ";" + ROWS, "ALTER TABLE t DROP n; ALTER TABLE t ADD n int; ALTER TABLE t ADD w int DEFAULT 1")
    assert found.columns == (
        ColumnChange(column="n", is_dropped=True, held=3),
        ColumnChange(column="n", is_added=True),
        ColumnChange(column="w", is_added=True),
    )


def test_a_column_brought_back_is_compared_by_name(follow, connection):
    step = "ALTER TABLE t DROP n; ALTER TABLE t ADD n int"
    (found,) = follow(T + ";" + ROWS, step, compared=compare_by_name)
    assert (found.columns[0].changed, found.columns[0].emptied, found.columns[0].is_dropped) == (3, 3, False)
    connection.execute("DROP TABLE t")
    assert follow(T + ";" + ROWS, step + "; UPDATE t SET n = nullif(id, 2)", compared=compare_by_name) == ()


def test_a_table_brought_back_is_compared_by_name(follow, connection):
    assert follow(T + ";" + ROWS, "DROP TABLE t;" + T + ";" + ROWS, compared=compare_by_name) == ()
    connection.execute("DROP TABLE t")
    (found,) = follow(T + ";" + ROWS, "DROP TABLE t;" + T, compared=compare_by_name)
    assert (found.lost, found.is_dropped) == (4, False)


def test_a_table_that_took_anothers_name(follow):
    """What counts for a down is the name; what counts for an up is where the rows went."""
    base = T + ";" + ROWS + "; CREATE TABLE u (id int PRIMARY KEY)"
    step = "ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x RENAME TO u"
    assert [(c.table, c.renamed_to, c.lost, c.gained) for c in follow(base, step)] == [
        ("public.t", "public.u", 0, 0),
        ("public.u", "public.t", 0, 0),
    ]


def test_the_same_by_name_when_tables_exchanged_names(follow):
    base = T + ";" + ROWS + "; CREATE TABLE u (id int PRIMARY KEY)"
    step = "ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x RENAME TO u"
    found = {c.table: (c.lost, c.gained) for c in follow(base, step, compared=compare_by_name)}
    assert found == {"public.t": (4, 0), "public.u": (0, 4)}


def test_a_retyped_column_is_named_and_its_values_are_not_judged(change):
    found = change(T + ";" + ROWS, "ALTER TABLE t ALTER n TYPE text USING 'x' || n")
    assert found.columns == (ColumnChange(column="n", is_retyped=True, held=3),)
    assert (found.lost, found.gained) == (0, 0)


def test_a_type_that_was_renamed_is_no_other_type(follow):
    base = (
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int PRIMARY KEY, m mood); INSERT INTO t VALUES (1, 'sad')"
    )
    assert follow(base, "ALTER TYPE mood RENAME TO humour") == ()


def test_a_label_that_was_renamed_changes_values(change, column):
    base = (
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int PRIMARY KEY, m mood); INSERT INTO t VALUES (1, 'sad')"
    )
    assert column(change(base, "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'"), "m").changed == 1


PARTITIONED = """
    CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
    CREATE TABLE q (v text, id int NOT NULL); INSERT INTO q VALUES ('t', 20), ('u', 21);
    INSERT INTO p VALUES (1, 'one'), (2, 'two'), (11, 'eleven')
"""


@pytest.mark.parametrize(
    "step",
    [
        "ALTER TABLE p DETACH PARTITION p1",
        "ALTER TABLE p DETACH PARTITION p1; ALTER TABLE p1 RENAME TO older",
        "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (20) TO (30)",
        "ALTER TABLE p DETACH PARTITION p1; ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (9)",
    ],
)
def test_a_partition_takes_its_rows_along(follow, step):
    assert follow(PARTITIONED, step) == ()


def test_a_table_made_partitioned_keeps_its_rows(follow):
    step = """
        ALTER TABLE q RENAME TO q_old; CREATE TABLE q (v text, id int NOT NULL) PARTITION BY RANGE (id);
        ALTER TABLE q ATTACH PARTITION q_old FOR VALUES FROM (0) TO (100)
    """
    assert follow(PARTITIONED, step) == ()


def test_rows_lost_while_a_partition_leaves(follow):
    lost = {
        c.table: c.lost_keys
        for c in follow(PARTITIONED, "ALTER TABLE p DETACH PARTITION p1; DELETE FROM p1 WHERE id = 1")
    }
    assert lost == {"public.p": ("id=1",)}


def test_a_dropped_partition_loses_its_rows(change):
    found = change(PARTITIONED, "DROP TABLE p1")
    assert (found.table, found.is_dropped, found.lost, found.lost_keys) == ("public.p", False, 2, ("id=1", "id=2"))


def test_rows_moved_to_another_table_are_lost_here(follow):
    found = {c.table: (c.lost, c.gained) for c in follow(T + ";" + ROWS, "CREATE TABLE u AS TABLE t; TRUNCATE t")}
    assert found == {"public.t": (4, 0), "public.u": (0, 4)}

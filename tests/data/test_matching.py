"""A row is followed by its key, by what is left of it, or by all of its values."""

import pytest

from pgproof.data.change import ValueSample

T = "CREATE TABLE t (id int PRIMARY KEY, v text, n int)"
ROWS = "INSERT INTO t SELECT g, 'v' || g, nullif(g, 2) FROM generate_series(1, 4) g"


@pytest.mark.parametrize(
    "step",
    [
        "ALTER TABLE t ALTER id TYPE bigint",
        "ALTER TABLE t ALTER id TYPE text",
        "ALTER TABLE t ALTER id TYPE numeric(9)",
    ],
)
def test_a_retyped_key_is_followed_where_its_text_is_the_same(change, step):
    found = change(T + ";" + ROWS, step + "; DELETE FROM t WHERE v = 'v3'")
    assert (found.lost, found.gained, found.lost_keys) == (1, 0, ("id=3",))


def test_a_key_of_another_type_is_followed_by_everything_else(change):
    step = "ALTER TABLE t ALTER id TYPE uuid USING md5(id::text)::uuid; DELETE FROM t WHERE v = 'v3'"
    found = change(T + ";" + ROWS, step)
    assert (found.lost, found.gained) == (1, 0)
    assert [(c.column, c.is_retyped) for c in found.columns] == [("id", True)]


def test_a_dropped_key_is_replaced_by_another_unique_one_or_by_all_values(change, column):
    rows = "INSERT INTO t SELECT g, 'c' || g, 'v' FROM generate_series(1, 3) g"
    base = f"CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE, v text); {rows}"
    found = change(
        base, "ALTER TABLE t DROP id; UPDATE t SET v = 'w' WHERE code = 'c2'; DELETE FROM t WHERE code = 'c3'"
    )
    assert (found.lost, found.gained, column(found, "v").changed) == (1, 0, 1)
    assert found.lost_keys == ("(code=c3, v=v)",)


def test_a_dropped_key_without_another(change):
    found = change(
        T + ";" + ROWS, "ALTER TABLE t DROP id; ALTER TABLE t ADD uid uuid DEFAULT gen_random_uuid() PRIMARY KEY"
    )
    assert (found.lost, found.gained) == (0, 0)
    assert [(c.column, c.is_dropped, c.is_added) for c in found.columns] == [("id", True, False), ("uid", False, True)]


@pytest.mark.parametrize("shift", [1000, 1, -1])
def test_a_key_that_was_changed_is_the_same_row(change, shift):
    found = change(T + ";" + ROWS, f"UPDATE t SET id = -id; UPDATE t SET id = -id + {shift}")
    assert (found.lost, found.gained) == (0, 0)
    assert [(c.column, c.changed) for c in found.columns] == [("id", 4)]
    assert found.columns[0].samples[0] == ValueSample(key="id=1", before="1", after=str(1 + shift))


def test_some_keys_that_were_changed_and_a_row_that_was_lost(change, column):
    found = change(T + ";" + ROWS, "UPDATE t SET id = 70 WHERE id = 2; DELETE FROM t WHERE id = 3")
    assert (found.lost, found.lost_keys, found.gained, column(found, "id").changed) == (1, ("id=3",), 0, 1)


def test_part_of_a_key_that_was_changed(change, column):
    base = "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 1), (2, 2)"
    found = change(base, "UPDATE t SET b = 9 WHERE a = 2")
    assert (found.lost, found.gained, column(found, "b").changed) == (0, 0, 1)


def test_a_row_that_only_resembles_is_another_row(change):
    """Where the other columns are not unique, nobody can say that a row changed its key."""
    base = "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'same' FROM generate_series(1, 4) g"
    found = change(base, "DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (9, 'same')")
    assert (found.lost_keys, found.gained_keys, found.columns) == (("id=1",), ("id=9",), ())


def test_duplicates_of_a_key_that_is_one_no_more(change):
    found = change(T + ";" + ROWS, "ALTER TABLE t DROP CONSTRAINT t_pkey; INSERT INTO t TABLE t")
    assert (found.lost, found.gained, found.columns) == (0, 4, ())


KEYLESS = (
    "CREATE TABLE t (a int, b text, c text); INSERT INTO t SELECT g, 'b' || g % 2, 'c' FROM generate_series(1, 6) g"
)


@pytest.mark.parametrize(
    ("step", "lost", "gained", "changed"),
    [
        ("DELETE FROM t WHERE a < 3", 2, 0, {}),
        ("INSERT INTO t TABLE t", 0, 6, {}),
        ("UPDATE t SET a = a + 100", 0, 0, {"a": 6}),
        ("UPDATE t SET c = 'd'", 0, 0, {"c": 6}),
        ("UPDATE t SET c = a, b = 'x'", 0, 0, {"b": 6, "c": 6}),
        ("UPDATE t SET a = 7 - a", 0, 0, {"a": 6}),
        ("UPDATE t SET b = NULL WHERE a = 1", 0, 0, {"b": 1}),
        ("UPDATE t SET c = 'd'; DELETE FROM t WHERE a = 4", 1, 0, {"c": 5}),
        ("UPDATE t SET c = 'd', b = 'e'; INSERT INTO t VALUES (7)", 0, 1, None),
        ("DELETE FROM t WHERE a = 1; INSERT INTO t VALUES (9, 'z', 'z')", 1, 1, {}),
    ],
)
def test_a_table_without_a_key(change, step, lost, gained, changed):
    found = change(KEYLESS, step)
    if changed is None:
        assert found.rows_after - found.rows_before == found.gained - found.lost
        return
    assert (found.lost, found.gained) == (lost, gained)
    assert {c.column: c.changed for c in found.columns} == changed


def test_an_update_of_the_only_column(change, column):
    found = change("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (2)", "UPDATE t SET a = a + 10")
    assert (found.lost, found.gained, column(found, "a").changed) == (0, 0, 3)


def test_equal_rows_are_counted(change):
    base = "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 1), (1, 1)"
    found = change(base, "DELETE FROM t WHERE ctid = (SELECT ctid FROM t LIMIT 1)")
    assert (found.lost, found.lost_keys) == (1, ("(a=1, b=1)",))

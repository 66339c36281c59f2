"""Nothing that happened to rows goes unsaid, and nothing is said that did not happen."""

import pytest

from pgproof.data.change import ColumnChange, TableChange, ValueSample

T = "CREATE TABLE t (id int PRIMARY KEY, v text, n int)"
ROWS = "INSERT INTO t SELECT g, 'v' || g, nullif(g, 2) FROM generate_series(1, 4) g"


@pytest.mark.parametrize(
    "base", [T, "CREATE TABLE t (id int, v text, n int)", "CREATE TABLE t (id int UNIQUE, v text, n int)"]
)
@pytest.mark.parametrize(
    "step",
    [
        "SELECT 1",
        "UPDATE t SET v = v",
        "VACUUM FULL t",
        "ALTER TABLE t ALTER n SET DEFAULT 4",
        "DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (3, 'v3', 3)",
        "CREATE TABLE u AS TABLE t; DROP TABLE t; ALTER TABLE u RENAME TO t",
        "CREATE TABLE u AS SELECT n, v, id FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t",
    ],
)
def test_nothing_is_said_of_what_is_the_same(follow, base, step):
    for limit in (100,) if "AS SELECT n" in step or ("DROP" in step and "KEY" in base) else (100, 2):
        assert follow("DROP TABLE IF EXISTS t, u;" + base + ";" + ROWS, step, limit=limit) == ()


def test_lost_and_gained_rows(change):
    assert change(T + ";" + ROWS, "DELETE FROM t WHERE id > 2; INSERT INTO t VALUES (9)") == TableChange(
        table="public.t",
        rows_before=4,
        rows_after=3,
        lost=2,
        gained=1,
        lost_keys=("id=3", "id=4"),
        gained_keys=("id=9",),
    )


def test_at_most_five_keys_are_named(change):
    found = change("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 9)", "TRUNCATE t")
    assert (found.lost, len(found.lost_keys)) == (9, 5)


def test_changed_emptied_and_filled_values(change):
    found = change(T + ";" + ROWS, "UPDATE t SET v = upper(v), n = CASE id WHEN 1 THEN NULL ELSE coalesce(n, 7) END")
    assert found.lost == found.gained == 0
    v, n = found.columns
    assert v == ColumnChange(
        column="v",
        held=4,
        changed=4,
        samples=tuple(ValueSample(key=f"id={g}", before=f"v{g}", after=f"V{g}") for g in (1, 2, 3, 4)),
    )
    assert (n.held, n.changed, n.emptied, n.filled) == (3, 1, 1, 1)
    assert n.samples == (ValueSample(key="id=1", before="1", after=None),)


def test_a_back_fill_is_no_change_of_values(change, column):
    n = column(change(T + ";" + ROWS, "UPDATE t SET n = 7 WHERE n IS NULL"), "n")
    assert (n.changed, n.filled, n.samples) == (0, 1, (ValueSample(key="id=2", before=None, after="7"),))


@pytest.mark.parametrize("limit", [100, 2])
@pytest.mark.parametrize(
    "sample",
    [
        ("numeric", "1.0", "1.00"),
        ("float8", "0.0", "-0.0"),
        ("interval", "1 month", "30 days"),
        ("char(5)", "a", "b"),
        ("json", '{"a":1}', '{"a": 1}'),
        ("jsonb", '{"a":1}', '{"a":1.0}'),
        ("xml", "<a/>", "<a></a>"),
        ("tsvector", "a", "b"),
        ("point", "(1,2)", "(2,1)"),
        ("text[]", "{a,b}", "{b,a}"),
        ("bit varying", "1", "10"),
        ("pair", "(1,2)", "(2,1)"),
    ],
)
def test_values_that_only_look_alike(change, connection, sample, limit, column):
    kind, before, after = sample
    connection.execute("CREATE TYPE pair AS (a int, b int)")
    if kind == "xml" and not connection.execute("SELECT 1 FROM pg_config WHERE setting LIKE '%libxml%'").fetchone():
        pytest.skip("this server has no xml")
    rows = f"INSERT INTO t SELECT g, '{before}' FROM generate_series(1, 3) g"
    base = f"CREATE TABLE t (id int PRIMARY KEY, v {kind}); {rows}"
    found = change(base, f"UPDATE t SET v = '{after}' WHERE id = 2", limit=limit)
    v = column(found, "v")
    if limit == 2:
        assert "values of v differ" in found.not_compared
    else:
        assert (v.changed, v.samples[0].before is None, found.not_compared) == (1, False, "")


@pytest.mark.parametrize("limit", [100, 2])
def test_a_lower_cased_citext(change, connection, limit, column):
    if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'citext'").fetchone():
        pytest.skip("this server has no citext")
    rows = "INSERT INTO t SELECT g, 'A' FROM generate_series(1, 3) g"
    base = f"CREATE EXTENSION citext; CREATE TABLE t (id int PRIMARY KEY, v citext); {rows}"
    found = change(base, "UPDATE t SET v = lower(v)", limit=limit)
    assert column(found, "v").changed == 3 or "values of v differ" in found.not_compared


@pytest.mark.parametrize("limit", [100, 2])
def test_values_exchanged_between_rows(change, limit, column):
    found = change(T + ";" + ROWS, "UPDATE t SET v = 'v' || 5 - id", limit=limit)
    if limit == 2:
        assert found.not_compared == "4 rows are more than the limit, and the values of v differ"
    else:
        assert column(found, "v").changed == 4
    assert (found.lost, found.gained) == (0, 0)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("DELETE FROM t WHERE id = 1", "keys differ"),
        ("UPDATE t SET id = id + 100", "keys differ"),
        ("ALTER TABLE t DROP id", "keys differ"),
        ("DELETE FROM t WHERE id > 2", "one is over the limit"),
        ("UPDATE t SET v = 'w'", "the values of v differ"),
    ],
)
def test_more_rows_than_the_limit(change, step, said):
    found = change(T + ";" + ROWS, step, limit=2)
    assert said in found.not_compared
    assert found.lost == found.rows_before - found.rows_after


def test_more_rows_than_the_limit_of_which_all_can_be_told(follow, connection):
    step = "ALTER TABLE t RENAME v TO w; ALTER TABLE t DROP n; ALTER TABLE t ADD x int; ALTER TABLE t RENAME TO u"
    (found,) = follow(T + ";" + ROWS, step, limit=2)
    assert (found.not_compared, found.lost, found.renamed_to) == ("", 0, "public.u")
    assert [(c.column, c.renamed_to, c.is_dropped, c.is_added, c.held) for c in found.columns] == [
        ("v", "w", False, False, 4),
        ("n", "", True, False, 3),
        ("x", "", False, True, 0),
    ]
    (found,) = follow("SELECT 1", "DROP TABLE u", limit=2)
    assert (found.is_dropped, found.lost) == (True, 4)


def test_names_of_all_kinds(change):
    declared = '"I=d" int, "ö ""k" text, PRIMARY KEY ("I=d", "ö ""k")'
    base = f"""CREATE TABLE "T %s" ({declared}); INSERT INTO "T %s" VALUES (1, 'a')"""
    found = change(base.encode(), b'TRUNCATE "T %s"')
    assert (found.table, found.lost_keys) == ('public."T %s"', ('I=d=1, ö "k=a',))


def test_long_values_are_cut_in_what_is_shown(change):
    found = change("CREATE TABLE t (v text); INSERT INTO t VALUES (repeat('x', 999))", "TRUNCATE t")
    assert len(found.lost_keys[0]) == 120

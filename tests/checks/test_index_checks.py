"""Which indexes are needless, on definitions as a server writes them."""

from __future__ import annotations

import made
import psycopg
import pytest

from checks import test_indexes
from pgproof import Catalog, Finding, Looked, NotReached
from pgproof.catalog.read import read

TABLE = 'CREATE TABLE t (a int NOT NULL, b int, c text, d text COLLATE "C", e tsvector, r int4range)'


def declared(connection: psycopg.Connection, *statements: str) -> Catalog:
    """Return what the statements make, beside the table t."""
    for statement in (TABLE, *statements):
        connection.execute(statement)
    return read(connection).catalog


def found(check: str, catalog: Catalog) -> dict[str, str]:
    """Return the index of each finding, and what it says; where the check is not reached, too."""
    results = {}
    for index in catalog.indexes:
        looked = Looked()
        try:
            getattr(test_indexes, f"test_index_is_not_{check}")(index, made.preview(catalog=catalog), looked)
            assert looked.count
        except (Finding, NotReached) as said:
            results[index.name] = str(said)
    return results


def needless(check: str, connection: psycopg.Connection, *statements: str) -> set[str]:
    return set(found(check, declared(connection, *statements)))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("(a)", "(a, b)"),
        ("(a)", "(a, b, c)"),
        ("(a, b)", "(a, b, c)"),
        ("(a DESC NULLS LAST)", "(a DESC NULLS LAST, b)"),
        ("(c text_pattern_ops)", "(c text_pattern_ops, a)"),
        ('(c COLLATE "C")', '(c COLLATE "C", a)'),
        ("(lower(c))", "(lower(c), a)"),
        ("((c || ',(x'))", "((c || ',(x'), a)"),
        ("(a) WHERE b > 1", "(a, c) WHERE b > 1"),
        ("(a) INCLUDE (b)", "(a, b)"),
        ("(a) INCLUDE (b)", "(a, c) INCLUDE (b)"),
        ("(a) INCLUDE (b)", "(a) INCLUDE (b, c)"),
        ("(a)", "(a) INCLUDE (b)"),
        ("(a) WITH (fillfactor = 50)", "(a, b)"),
        ("USING gin (e)", "USING gin (e, e)"),
        ("USING gist (r)", "USING gist (r, r)"),
        ("USING brin (a)", "USING brin (a, b)"),
    ],
)
def test_an_index_that_a_longer_one_serves_is_needless(connection, short, long):
    assert needless("redundant", connection, f"CREATE INDEX s ON t {short}", f"CREATE INDEX l ON t {long}") == {"s"}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("(b)", "(a, b)"),
        ("(a DESC)", "(a, b)"),
        ("(a NULLS FIRST)", "(a, b)"),
        ("(c text_pattern_ops)", "(c, a)"),
        ("(c)", "(c text_pattern_ops, a)"),
        ('(c COLLATE "C")', "(c, a)"),
        ('(d COLLATE "POSIX")', "(d, a)"),
        ("(lower(c))", "(upper(c), a)"),
        ("(a) WHERE b > 1", "(a, b)"),
        ("(a)", "(a, b) WHERE b > 1"),
        ("(a) WHERE b > 1", "(a, b) WHERE b > 2"),
        ("(a) INCLUDE (c)", "(a, b)"),
        ("(a) INCLUDE (b, c)", "(a, b)"),
        ("USING hash (a)", "(a, b)"),
        ("(a)", "USING brin (a, b)"),
        ("USING brin (a) WITH (pages_per_range = 8)", "USING brin (a, b)"),
        ("USING gin (e) WITH (fastupdate = off)", "USING gin (e, e)"),
        ("USING gist (r) INCLUDE (a)", "USING gist (r, r)"),
    ],
)
def test_an_index_that_a_longer_one_does_not_serve_is_needed(connection, short, long):
    assert not needless("redundant", connection, f"CREATE INDEX s ON t {short}", f"CREATE INDEX l ON t {long}")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE UNIQUE INDEX s ON t (a)",
        "ALTER TABLE t ADD CONSTRAINT s PRIMARY KEY (a)",
        "ALTER TABLE t ADD CONSTRAINT s UNIQUE (a) DEFERRABLE",
        "ALTER TABLE t ADD CONSTRAINT s EXCLUDE (a WITH =)",
        "CREATE INDEX s ON t (a); CLUSTER t USING s",
        "CREATE UNIQUE INDEX s ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX s",
    ],
)
def test_what_does_more_than_serve_queries_is_needed(connection, statement):
    assert not needless("redundant", connection, *statement.split("; "), "CREATE INDEX l ON t (a, b)")


def test_the_shortest_index_that_serves_is_named(connection):
    catalog = declared(
        connection, "CREATE INDEX s ON t (a)", "CREATE INDEX l3 ON t (a, b, c)", "CREATE UNIQUE INDEX l2 ON t (a, b)"
    )

    assert found("redundant", catalog) == {
        "s": "index public.s is the beginning of public.l2, which serves all its queries"
    }


def test_an_index_of_another_table_or_an_invalid_one_serves_nothing(connection):
    catalog = declared(
        connection, "CREATE INDEX s ON t (a)", "CREATE INDEX l ON t (a, b)", "CREATE TABLE u (LIKE t)",
        "CREATE INDEX o ON u (a, b)", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'l'::regclass",
    )  # fmt: skip

    assert found("redundant", catalog) == {"l": "it is not valid: see index-is-valid"}


def test_an_index_of_one_partition_is_judged_with_those_from_its_root(connection):
    catalog = declared(
        connection, "CREATE TABLE p (a int, b int) PARTITION BY LIST (a)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", "CREATE INDEX own ON p1 (b)",
        "CREATE INDEX whole ON p (b, a)",
    )  # fmt: skip

    assert set(found("redundant", catalog)) == {"own"}


@pytest.mark.parametrize(
    ("kept", "gone"),
    [
        ("CREATE INDEX k ON t (a)", "CREATE INDEX l ON t (a)"),
        ("CREATE UNIQUE INDEX l ON t (a)", "CREATE INDEX k ON t (a)"),
        ("ALTER TABLE t ADD CONSTRAINT l UNIQUE (a) DEFERRABLE", "CREATE INDEX k ON t (a)"),
        ("ALTER TABLE t ADD CONSTRAINT l PRIMARY KEY (a)", "CREATE UNIQUE INDEX k ON t (a)"),
    ],
)
def test_of_two_that_do_the_same_one_can_go(connection, kept, gone):
    name = gone.split(" INDEX ")[1].split()[0]

    assert needless("duplicate", connection, kept, gone) == {name}


@pytest.mark.parametrize(
    "statements",
    [
        ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a) DEFERRABLE", "CREATE UNIQUE INDEX l ON t (a)"),
        ("ALTER TABLE t ADD CONSTRAINT k EXCLUDE (a WITH =)", "CREATE UNIQUE INDEX l ON t (a)"),
        (
            "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a)", "CREATE UNIQUE INDEX l ON t (a)",
            "ALTER TABLE t REPLICA IDENTITY USING INDEX l",
        ),
        ("CREATE INDEX k ON t (a)", "CREATE INDEX l ON t (a DESC)"),
        ("CREATE INDEX k ON t (a)", "CREATE INDEX l ON t USING hash (a)"),
    ],
)  # fmt: skip
def test_what_does_more_than_the_other_is_no_duplicate(connection, statements):
    assert not needless("duplicate", connection, *statements)


@pytest.mark.parametrize("strict", ["k", "l"])
def test_a_unique_index_over_nulls_is_no_duplicate_of_one_that_lets_them_in(connection, strict):
    if connection.info.server_version < 150000:
        pytest.skip("NULLS NOT DISTINCT is new in 15")
    lax = "l" if strict == "k" else "k"

    assert strict not in needless(
        "duplicate", connection, f"CREATE UNIQUE INDEX {strict} ON t (b) NULLS NOT DISTINCT",
        f"CREATE UNIQUE INDEX {lax} ON t (b)",
    )  # fmt: skip


def test_a_duplicate_is_not_reached_by_the_question_whether_it_is_redundant(connection):
    catalog = declared(
        connection, "CREATE INDEX k ON t (a)", "CREATE INDEX l ON t (a)", "CREATE INDEX m ON t (a, b)"
    )

    assert found("redundant", catalog) == {
        "k": "index public.k is the beginning of public.m, which serves all its queries",
        "l": "it duplicates public.k: see index-is-not-duplicate",
    }

"""The difference of two catalogs: first of all, none."""

import psycopg
import pytest

from pgproof.catalog.diff import Change, FieldChange, diff
from pgproof.catalog.read import read
from pgproof.catalog.summary import summary

BASE = (
    "CREATE TABLE t (id serial PRIMARY KEY, a integer, b text, c text); CREATE INDEX ON t (a);"
    "CREATE TYPE e AS ENUM ('x', 'y');"
    "CREATE TABLE k (one integer, two integer, CHECK (one > two), CHECK (two + one > 0), three text)"
)
AGAIN = (
    "ALTER TABLE t DROP CONSTRAINT t_pkey; CREATE INDEX t_pkey ON t (c); ALTER TABLE t ADD PRIMARY KEY (id);"
    "DROP INDEX t_pkey"
)
SERIAL = (
    "ALTER TABLE t RENAME id TO old; ALTER TABLE t ADD id serial; ALTER TABLE t DROP old;"
    "ALTER TABLE t ADD PRIMARY KEY (id)"
)
SWAP = (
    "ALTER TABLE k RENAME CONSTRAINT k_check TO y; ALTER TABLE k RENAME CONSTRAINT k_check1 TO k_check;"
    "ALTER TABLE k RENAME CONSTRAINT y TO k_check1"
)

CASES = {
    "No-op": ("SELECT 1", ()),
    "a column": ("ALTER TABLE t ADD d integer NOT NULL DEFAULT 1", ("column public.t.d added",)),
    "nullability": ("ALTER TABLE t ALTER a SET NOT NULL", ("column public.t.a changed: nullable true → false",)),
    "a type": ("ALTER TABLE t ALTER b TYPE bytea USING NULL", ("column public.t.b changed: type text → bytea",)),
    "a default": ("ALTER TABLE t ALTER b SET DEFAULT 'q'", ("column public.t.b changed: default (none) → 'q'::text",)),
    "a label": ("ALTER TYPE e ADD VALUE 'z' BEFORE 'y'", ("type public.e changed: labels x, y → x, z, y",)),
    "the same index again": ("CREATE INDEX ON t (a)", ("index public.t_a_idx1 added",)),
    "an index with another chosen name": ("CREATE INDEX ON t (a); DROP INDEX t_a_idx", ()),
    "an index with another given name": (
        "ALTER INDEX t_a_idx RENAME TO i", ("index public.i added", "index public.t_a_idx removed")
    ),
    "two chosen names, one index less": (
        "CREATE INDEX ON t (b); CREATE INDEX ON t (a); DROP INDEX t_a_idx, t_b_idx", ()
    ),
    "a chosen name with another definition": (
        "DROP INDEX t_a_idx; CREATE INDEX ON t (a DESC)",
        ("index public.t_a_idx changed: definition USING btree (a) → USING btree (a DESC)",),
    ),
    "a primary key made anew": ("ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (id)", ()),
    "a primary key whose chosen name has a number": (AGAIN, ()),
    "a serial whose sequence has a number": (SERIAL, ("column public.t.id changed: position 1 → 4",)),
    "checks that swapped their chosen names": (SWAP, ()),
    "a column brought back": (
        "ALTER TABLE t DROP a; ALTER TABLE t ADD a integer; CREATE INDEX ON t (a)",
        ("column public.t.a changed: position 2 → 4",),
    ),
    "a column in front gone": ("ALTER TABLE k DROP one", (
        "column public.k.one removed", "constraint public.k.k_check removed", "constraint public.k.k_check1 removed",
    )),
    "a table": ("CREATE TABLE n (id integer PRIMARY KEY)", (
        "table public.n added", "column public.n.id added", "constraint public.n.n_pkey added",
        "index public.n_pkey added",
    )),
    "a grant": ("GRANT SELECT ON t TO PUBLIC", ("grant table public.t to PUBLIC added",)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_difference_is(connection: psycopg.Connection, case: str):
    connection.execute(BASE.encode())
    before = read(connection)
    statement, expected = CASES[case]
    connection.execute(statement.encode())
    changes = diff(before.catalog, read(connection).catalog)
    assert tuple(map(str, changes)) == expected
    assert changes == diff(before.catalog, read(connection, since=before).catalog)


def test_order_of_columns_is_weak_and_nothing_else_is(connection: psycopg.Connection):
    connection.execute(BASE.encode())
    before = read(connection).catalog
    connection.execute("ALTER TABLE t DROP c, DROP b; ALTER TABLE t ADD b text, ADD c text NOT NULL")
    assert {(c.identity, c.is_weak) for c in diff(before, read(connection).catalog)} == {("public.t.c", False)}
    connection.execute("ALTER TABLE t DROP a; ALTER TABLE t ADD a integer; CREATE INDEX ON t (a)")
    weak = [c for c in diff(before, read(connection).catalog) if c.is_weak]
    assert [str(c) for c in weak] == ["column public.t.a changed: position 2 → 4"]


def test_difference_has_the_other_way_round(connection: psycopg.Connection):
    before = read(connection).catalog
    connection.execute(BASE.encode())
    after = read(connection).catalog
    there, back = diff(before, after), diff(after, before)
    assert {c.what for c in there} == {"added"}
    assert {c.what for c in back} == {"removed"}
    assert [(c.kind, c.identity) for c in there] == [(c.kind, c.identity) for c in back]


def test_summary_folds_what_goes_with_a_table():
    changes = (
        Change(kind="table", identity="public.t", what="added"),
        Change(kind="column", identity="public.t.a", what="added", table="public.t"),
        Change(kind="column", identity="public.t.b", what="added", table="public.t"),
        Change(kind="index", identity="public.t_a_idx", what="added", table="public.t"),
        Change(kind="grant", identity="column public.t.a to PUBLIC", what="added"),
        Change(kind="column", identity="public.u.a", what="added", table="public.u"),
        Change(kind="grant", identity="table public.tt to PUBLIC", what="added"),
    )
    assert summary(changes) == (
        "table public.t added (2 columns, 1 index, 1 grant)",
        "column public.u.a added",
        "grant table public.tt to PUBLIC added",
    )
    assert summary(changes, limit=1) == ("table public.t added (2 columns, 1 index, 1 grant)", "and 2 more")


def test_summary_shows_where_long_texts_differ():
    long = "begin " + "something; " * 50
    change = FieldChange(name="definition", before=long + "old end", after=long + "new end")
    (line,) = summary((Change(kind="function", identity="f()", what="changed", fields=(change,)),))
    assert "old end → …" in line
    assert len(line) < 150

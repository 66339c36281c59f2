"""A directory for each layout, written from its tool's documentation, with the traps of real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.tool import layouts, modes
from pgproof.tool.sql import SqlTool

HERE = Path(__file__).parent / "directories"
T, A, OWN, NESTED = modes.TRANSACTION, modes.AUTOCOMMIT, modes.OWN, modes.NESTED
WORDS = "%s %(x)s ${y} $1 :name {{ z }} /* TEMPLATE */"

EXPECTED = {
    "dbmate": {
        "20240101000000": (T, T),
        "20240101000001": (T, T),
        "20240102000000": (A, A),
        "20240103000000": (T, T),
        "20240104000000": (T, A),
    },
    "diesel": {
        "00000000000000": (T, T),
        "20161231": (T, T),
        "201612310000000000": (T, T),
        "20170101000000": (T, T),
        "20180101000000": (A, A),
        "20180102000000": (T, T),
        "last": (T, T),
    },
    "flyway": {
        "1": (T, None),
        "1.2": (T, None),
        "1.9": (T, None),
        "1.10": (A, None),
        "002": (A, None),
        "9": (T, None),
        "10.1": (T, None),
        "R__a_first_view": (T, None),
        "R__views": (T, None),
    },
    "golang-migrate": {
        "1": (T, T),
        "2": (T, T),
        "9": (T, T),
        "10": (A, A),
        "11": (OWN, OWN),
        "20240101000000": (T, T),
    },
    "goose": {
        "1": (T, T),
        "2": (T, T),
        "9": (T, T),
        "10": (A, A),
        "11": (NESTED, T),
        "20240101000000": (T, None),
    },
    "named": {
        "a_create_users": (T, T),
        "b_functions": (T, T),
        "c_indexes": (A, T),
        "d_plain_text": (T, T),
    },
    "numbered": {
        "1-create_users": (T, None),
        "2-functions": (T, None),
        "0009-plain_text": (T, None),
        "00010-index": (A, None),
        "11-own_transaction": (OWN, None),
    },
    "pop": {"20190101000000": (T, T), "20190101000001": (T, T)},
    "popx": {
        "20190101000000000000": (T, T),
        "20190101000001000000": (T, T),
        "20190101000002000000": (A, A),
        "20190102000000000000": (T, T),
    },
    "prisma": {
        "20240101000000_init": (T, None),
        "20240102000000_functions": (T, None),
        "20240103000000_index": (A, None),
        "20240104000000_plain_text": (T, None),
    },
    "sourcegraph": {
        "1000000001": (T, T),
        "1000000009": (T, T),
        "1000000002": (T, T),
        "1000000003": (A, T),
        "1000000004": (T, T),
    },
    "sqlx": {
        "1": (T, T),
        "2": (T, T),
        "9": (T, T),
        "10": (A, A),
        "11": (NESTED, T),
        "20240101000000": (T, T),
    },
    "two-levels": {
        "0/01": (OWN, None),
        "0/02": (OWN, None),
        "0/10": (OWN, OWN),
        "2/01": (A, None),
        "10/01": (OWN, None),
    },
}
IGNORED = {
    "dbmate": {"README.md"},
    "diesel": {".keep", "20180102000000_plain_text/NOTES.md"},
    "flyway": {"README.md", "later/NOTES.md"},
    "golang-migrate": {"README.md"},
    "goose": {"README.md"},
    "numbered": {"atlas.sum"},
    "pop": {
        "20190101000001_index.mysql.up.sql",
        "20190101000001_index.mysql.down.sql",
        "20190101000002_accounts.up.fizz",
    },
    "popx": {
        "README.md",
        "20190101000001000000_functions.up.sql",
        "20190101000001000000_functions.down.sql",
        "20190101000001000000_functions.mysql.up.sql",
        "20190101000001000000_functions.mysql.down.sql",
        "20190101000002000000_index.up.sql",
        "20190101000002000000_index.down.sql",
    },
    "sourcegraph": {"README.md"},
    "sqlx": {"README.md"},
    "two-levels": {"README.md", "10/notes.txt"},
}


@pytest.fixture(params=sorted(EXPECTED))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def made(name: str) -> SqlTool:
    return SqlTool(layouts.detect(HERE / name / ("frontend" if name == "sourcegraph" else "")))


def test_there_is_a_directory_for_each_layout() -> None:
    of_statements = {name for name in layouts.names() if not layouts.by_name(name).is_code}
    assert of_statements == {p.name for p in HERE.iterdir() if p.is_dir()} == set(EXPECTED)


def test_layout_order_and_modes_are_found(name: str, made: SqlTool) -> None:
    history = made.history
    assert history.layout == name
    assert history.faults == history.orphan_downs == ()
    found = {m.version: (m.mode, m.down_mode) for m in history.migrations}
    assert list(found.items()) == list(EXPECTED[name].items())


def test_what_is_no_migration_is_named(name: str, made: SqlTool) -> None:
    assert {str(p.relative_to(made.history.root)) for p in made.history.ignored} == IGNORED.get(name, set())


def test_all_of_it_applies_and_is_recorded(made: SqlTool, database: str, one) -> None:
    made.up_all(database)
    assert one(database, "SELECT to_regclass('public.users') IS NOT NULL")
    versions = made.history.versions
    recorded = tuple(r.version for r in made.recorded(database))
    assert recorded == (versions[-1:] if made.history_table.keeps_only_last else versions)
    if one(database, "SELECT to_regclass('public.plain_text') IS NOT NULL"):
        assert one(database, "SELECT replace(words, '${y} ', '') FROM plain_text") == WORDS.replace("${y} ", "")
    made.up_all(database)


def test_one_at_a_time_there_and_back(made: SqlTool, database: str, one) -> None:
    made.prepare(database)
    for version in made.history.versions:
        made.up(database, version)
    if not all(m.down for m in made.history.migrations):
        return
    for version in reversed(made.history.versions):
        made.down(database, version)
    assert made.recorded(database) == ()
    left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    assert one(database, left) == 1

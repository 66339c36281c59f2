"""Reading only what changed gives what reading everything gives."""

from pathlib import Path

import psycopg
import pytest

from pgproof.catalog.read import read
from pgproof.server import database as databases

HERE = Path(__file__).parent
STATEMENTS = (HERE / "statements.sql").read_text("utf-8").splitlines()
"""One a line; each changes what rich.sql made."""

SINCE = {major: (HERE / f"statements_{major}.sql").read_text("utf-8").splitlines() for major in (15, 18)}

PREPARED = "CREATE SCHEMA again"
"""What the last statement stands on."""


def _statements(connection: psycopg.Connection) -> list[str]:
    newer = (some for major, some in SINCE.items() if connection.info.server_version >= major * 10_000)
    return STATEMENTS + [statement for some in newer for statement in some]


def _breaks_others(statement: str) -> bool:
    return any(word in statement for word in ("RENAME", "DROP", "SET SCHEMA", "ALTER TYPE"))


@pytest.mark.parametrize("way", ["committed", "one transaction"])
def test_chain_of_statements_reads_as_a_whole_reading_does(rich: psycopg.Connection, way: str):
    begin, undo, end = ("BEGIN", "ROLLBACK", "COMMIT") if way == "committed" else ("SAVEPOINT s", "ROLLBACK TO s", "")
    rich.execute(PREPARED if way == "committed" else f"BEGIN; {PREPARED}")
    snapshot = read(rich)
    ran = 0
    for statement in sorted(_statements(rich), key=_breaks_others):
        rich.execute(begin)
        try:
            rich.execute(statement.encode())
        except psycopg.Error:
            rich.execute(undo)
            continue
        if end:
            rich.execute(end)
        ran += 1
        snapshot = read(rich, since=snapshot)
        assert snapshot.catalog == read(rich).catalog, statement
    assert ran > len(STATEMENTS) * 2 // 3


def test_each_statement_is_seen_and_seen_to_be_rolled_back(rich: psycopg.Connection):
    rich.execute(PREPARED)
    before = read(rich)
    for statement in _statements(rich):
        rich.execute("BEGIN")
        rich.execute(statement.encode())
        after = read(rich, since=before)
        assert after.catalog != before.catalog, statement
        assert after.catalog == read(rich).catalog, statement
        rich.execute("ROLLBACK")
        assert read(rich, since=after).catalog == before.catalog, statement
    assert read(rich, since=before) is before


def test_state_before_a_savepoint_comes_back(rich: psycopg.Connection):
    rich.execute("BEGIN; ALTER TABLE public.people ADD COLUMN kept integer")
    before = read(rich)
    for statement in (
        "DROP TABLE plain.typed",
        "ALTER TABLE public.people DROP COLUMN kept",
        "CREATE TABLE plain.n ()",
    ):
        rich.execute("SAVEPOINT again")
        rich.execute(statement.encode())
        after = read(rich, since=before)
        assert after.catalog != before.catalog
        rich.execute("ROLLBACK TO again")
        assert read(rich, since=after).catalog == before.catalog
        assert read(rich, since=before) is before
    rich.execute("ROLLBACK")


def test_what_a_session_has_written_to_is_seen_within_its_transaction(rich: psycopg.Connection, database: str):
    """The server's counts say which catalogs to look into again: none is forgotten."""
    rich.execute(PREPARED)
    before = read(rich)
    for statement in _statements(rich):
        with databases.connect(database) as fresh:  # its counts begin at nothing
            fresh.execute("BEGIN")
            fresh.execute(statement.encode())
            within = read(fresh, since=before, is_within=True)
            assert within.catalog == read(fresh, since=before).catalog, statement
            fresh.execute("ROLLBACK")

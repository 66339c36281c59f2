from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import LostServer, ServerFault, UsageFault
from pgproof.server import database, home
from pgproof.server.embedded import EmbeddedServer, start
from pgproof.server.lost import is_lost, lost, translate_lost
from pgproof.server.privileges import unprivileged

from .conftest import ANY, AT_HAND


def raised(server: EmbeddedServer, statement: str) -> BaseException:
    """Return what a plain psycopg session raises."""
    with pytest.raises(psycopg.Error) as caught, psycopg.connect(server.url("postgres"), autocommit=True) as session:
        session.execute(statement)
    return caught.value


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); EXCEPTION WHEN OTHERS THEN NULL; END $$",
    ],
)
def test_a_session_that_was_ended_is_lost(each_server: EmbeddedServer, statement: str) -> None:
    assert is_lost(raised(each_server, statement))
    session = database.connect(each_server.url("postgres"))
    with pytest.raises(LostServer, match=r"(?s)was lost: .*The server itself is alive\.") as caught:
        session.execute(statement)
    session.close()
    assert each_server.why_lost() is None
    assert "pg_terminate_backend" in caught.value.remedy


@pytest.mark.parametrize("state", ["53100", "57P01", "57P03", "08006", "08000", "58000", "53300"])
def test_a_migration_that_raises_such_a_state_itself_is_not_lost(each_server: EmbeddedServer, state: str) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'mine' USING ERRCODE = '{state}'; END $$"
    exc = raised(each_server, statement)
    assert isinstance(exc, psycopg.Error)
    assert exc.sqlstate == state
    assert not is_lost(exc)
    with database.connect(each_server.url("postgres")) as session:
        with pytest.raises(psycopg.Error, match="mine"):
            session.execute(statement)
        assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("statement", ["SELECT 1/0", "SELEC", "SET lock_timeout = 1; SET no.such = 1; DROP TABLE nix"])
def test_a_failing_statement_is_not_lost(each_server: EmbeddedServer, statement: str) -> None:
    assert not is_lost(raised(each_server, statement))


def test_timeouts_and_cancels_are_not_lost(each_server: EmbeddedServer) -> None:
    assert not is_lost(raised(each_server, "SET statement_timeout = 1; SELECT pg_sleep(2)"))
    assert not is_lost(ValueError())
    assert not is_lost(OSError(errno.EACCES, "no"))


def test_a_transaction_block_over_a_lost_session_raises_lost(each_server: EmbeddedServer) -> None:
    session = database.connect(each_server.url("postgres"))
    with pytest.raises(LostServer), session.transaction():
        session.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    session.close()


def test_a_full_disk_of_our_own_is_lost() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "evidence/step-1.json")
    assert is_lost(full)
    with pytest.raises(LostServer, match=r"disk of evidence/step-1.json is full.*\n.*Free some room"), translate_lost():
        raise full
    with pytest.raises(PermissionError), translate_lost():
        raise PermissionError(errno.EACCES, "no")
    with pytest.raises(psycopg.errors.SyntaxError), translate_lost():
        raise psycopg.errors.SyntaxError


def test_a_fault_is_translated_once() -> None:
    fault = LostServer("a", "b")
    assert lost(fault) is fault
    assert is_lost(fault)


def test_translate_lost_adds_the_servers_words(own_server: EmbeddedServer) -> None:
    with psycopg.connect(own_server.url("postgres")) as session:
        os.kill(own_server.cluster.process.pid, signal.SIGQUIT)
        with pytest.raises(LostServer, match="received immediate") as caught, translate_lost(own_server):
            session.execute("SELECT pg_sleep(5)")
        assert "pg_terminate_backend" not in caught.value.remedy
        assert isinstance(caught.value.__cause__, psycopg.OperationalError)


class TestFullDisk:
    """A small tmpfs as scratch."""

    def test_no_room_for_a_server(self, small_disk: Callable[[int], Path]) -> None:
        place = small_disk(20)
        with pytest.raises(ServerFault, match=f"does not start.*disk of {place} is full") as caught:
            start(AT_HAND[ANY], scratch=place, timezone="UTC")
        assert "--pgproof-scratch" in caught.value.remedy
        assert not list(place.iterdir())

    def test_no_room_for_rows(self, small_disk: Callable[[int], Path]) -> None:
        server = start(AT_HAND[ANY], scratch=small_disk(100), timezone="UTC")
        try:
            session = database.connect(database.create(server, "a"))
            with pytest.raises(LostServer) as caught:
                session.execute("CREATE TABLE t AS SELECT repeat('x', 900) AS v FROM generate_series(1, 200000)")
            session.close()
        finally:
            server.close()
        assert caught.value.message.startswith("PostgreSQL's disk is full: ")
        assert "Free some room" in caught.value.remedy

    def test_no_room_for_a_clone(self, small_disk: Callable[[int], Path]) -> None:
        server = start(AT_HAND[ANY], scratch=small_disk(75), timezone="UTC")
        try:
            database.create(server, "a")
            with pytest.raises(LostServer, match="PostgreSQL's disk is full: ") as caught:
                list(map(partial(database.clone, server, "a"), "bcdefghijklmnop"))
        finally:
            server.close()
        assert "Free some room" in caught.value.remedy

    def test_no_inode_or_byte_for_the_lock(self, small_disk: Callable[[int], Path]) -> None:
        place = small_disk(1)
        with pytest.raises(OSError, match="No space"), (place / "filler").open("wb") as out:
            out.write(b"x" * 2_000_000)
        with pytest.raises(UsageFault, match=f"{place}: No space left on device"):
            home.make(place, unprivileged())
        assert [p.name for p in place.iterdir()] == ["filler"]

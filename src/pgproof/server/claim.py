"""Whose a database on a shared server is, whether that run still lives, and what dead runs left behind.

The life sign of a run is an advisory lock that its maintenance session holds: whatever ends the run frees it. Its mark
on a database is there from the moment of creation, as a number that only pgproof would take for a connection limit,
and as a comment for people.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

MARK = "pgproof scratch database: it may be dropped at any time"
"""The comment on every database that pgproof made, or its first words."""

_CLASS = 0x7067_7072  # "pgpr"
_EVERYBODY = 0
"""The key of what only one run may do at a time."""
LEAST_LIMIT = 1_000_000_000
"""Of the connection limits that are marks."""
_NAME = re.compile(r"pgproof_([0-9a-f]{8})_.*", re.DOTALL)
_COMMENT = re.compile(re.escape(MARK) + r" \(run ([0-9a-f]{8})\)(?:\n.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Owned:
    """A database of some run of pgproof."""

    name: str
    run: str


def comment(run: str) -> str:
    """Return the mark of a run, for people."""
    return f"{MARK} (run {run})"


def limit(run: str) -> int:
    """Return the mark of a run that CREATE DATABASE itself sets: no number of sessions reaches it."""
    return LEAST_LIMIT + int(run, 16) % LEAST_LIMIT


def live(session: psycopg.Connection[Any], run: str) -> bool:
    """Give the life sign of a run, for as long as the session lasts; False where another run has that name."""
    row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", [_CLASS, _key(run)]).fetchone()
    return bool(row and row[0])


def be_alone(session: psycopg.Connection[Any]) -> None:
    """Wait until no other run may change what belongs to the whole server, and keep others waiting from then on."""
    session.execute("SELECT pg_advisory_lock(%s, %s)", [_CLASS, _EVERYBODY])


def owned(session: psycopg.Connection[Any]) -> tuple[Owned, ...]:
    """Return the databases that bear the mark of any run, sorted by name."""
    rows = session.execute(
        "SELECT datname, shobj_description(oid, 'pg_database'), datconnlimit"
        " FROM pg_database WHERE starts_with(datname, 'pgproof_') ORDER BY datname"
    ).fetchall()
    return tuple(Owned(name, run) for name, said, number in rows if (run := _run_of(name, said, number)))


def is_own(session: psycopg.Connection[Any], name: str, run: str) -> bool:
    """Whether a run made a database."""
    return Owned(name, run) in owned(session)


def drop_own(session: psycopg.Connection[Any], run: str) -> None:
    """Drop all databases of a run."""
    for database in owned(session):
        if database.run == run:
            _drop(session, database.name)


def sweep(session: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Drop the databases of dead runs, where this user may; return their names."""
    found = owned(session)  # before the living are asked: whoever has a database has given the life sign before
    living = set(_living(session)) if found else set()
    swept: list[str] = []
    for database in found:
        if database.run in living:
            continue
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            _drop(session, database.name)
            swept.append(database.name)
    return tuple(swept)


def _living(session: psycopg.Connection[Any]) -> Iterator[str]:
    """Yield the runs that live, whichever database their maintenance session is in."""
    rows = session.execute(
        "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s::oid AND objsubid = 2",
        [_CLASS],
    )
    for (key,) in rows.fetchall():
        yield f"{key:08x}"


def _run_of(name: str, said: str | None, number: int) -> str | None:
    """Return the run that made a database: the comment says so, or the limit that belongs to its name."""
    if known := _COMMENT.fullmatch(said or ""):
        return known[1]
    named = _NAME.fullmatch(name)
    return named[1] if named and number == limit(named[1]) else None


def _drop(session: psycopg.Connection[Any], name: str) -> None:
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _key(run: str) -> int:
    """Return a run as PostgreSQL's signed integer."""
    number = int(run, 16)
    return number - 2**32 if number >= 2**31 else number

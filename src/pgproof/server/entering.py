"""Entering a server that somebody else runs: why it cannot be entered, or is of no use, in words that help."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.resources import files

from psycopg.rows import class_row

from pgproof.errors import LostServer, ServerFault
from pgproof.masking import masked
from pgproof.server.address import Address
from pgproof.server.binaries import OLDEST
from pgproof.server.lost import Session
from pgproof.server.session import connect

STARTING_SECONDS = 15.0
_FACTS = files("pgproof.server").joinpath("named.sql").read_text(encoding="utf-8")
_INSTEAD = "or leave --pgproof-server out: pgproof then starts a server of its own."
_REFUSALS = (
    (
        ("password authentication failed",),
        "does not accept the password",
        "Correct user and password; in a URL, characters such as @ : / # % are written as %40 %3A %2F %23 %25.",
    ),
    (
        ("no password supplied", "password was not given"),
        "asks for a password, and there is none",
        "Put it into the URL (PGPROOF_SERVER=postgresql://USER:PASSWORD@HOST:PORT/DATABASE), PGPASSWORD or ~/.pgpass.",
    ),
    (
        ("unsupported startup parameter",),
        "does not take session settings: it seems to be a connection pooler",
        "Name the PostgreSQL server itself: pgproof creates and drops databases.",
    ),
    (
        ("does not exist",),
        "knows no such role or database",
        "Correct the URL: its database is a maintenance connection, and any that exists will do (postgres).",
    ),
    (("pg_hba.conf",), "does not let this user in from here", "Let it in with a line in the server's pg_hba.conf."),
    (("too many clients", "connection slots"), "has no room for a session", "Close others, or raise max_connections."),
)
_UNREACHABLE = "Start it, wait until it accepts connections (pg_isready), or correct host and port; " + _INSTEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a server is, and what its user may do there."""

    version: int
    release: str
    is_standby: bool
    is_read_only: bool
    is_durable: bool
    username: str
    is_superuser: bool
    may_create: bool
    has_utf8: bool
    extensions: list[str]

    @property
    def notes(self) -> tuple[str, ...]:
        """What it cannot give, or only slowly."""
        found = []
        if not self.is_superuser:
            found.append(
                f"{self.username} is no superuser: migrations and seed files have its rights alone, and rows behind "
                "FORCE ROW LEVEL SECURITY cannot be read"
            )
        if self.is_durable:
            found.append(
                "fsync is on: every new database waits for the disk (a scratch server can do with -c fsync=off)"
            )
        return tuple(found)


def enter(address: Address) -> Session:
    """Return a session on the maintenance database; raises ServerFault, in which there is no secret."""
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            return connect(address.url(address.database, {"statement_timeout": "0"}))
        except (ServerFault, LostServer) as exc:
            said = address.hides(masked(str(exc.__cause__ or exc)))
            if "starting up" not in said or time.monotonic() > deadline:
                raise _refused(address, said) from None  # the driver's own words may hold what was typed
            time.sleep(0.2)


def look(session: Session, address: Address) -> Facts:
    """Return what the server is; raises ServerFault where pgproof can make no databases on it."""
    with session.cursor(row_factory=class_row(Facts)) as cursor:
        facts = None if session.info.server_version < OLDEST * 10000 else cursor.execute(_FACTS).fetchone()
    if facts is None:
        raise ServerFault(
            f"The server {address} is PostgreSQL {session.info.server_version // 10000}.",
            f"pgproof needs PostgreSQL {OLDEST} or newer: name another server, {_INSTEAD}",
        )
    if facts.is_standby:
        raise ServerFault(
            f"The server {address} is a standby: nothing can be written there.", "Name its primary, " + _INSTEAD
        )
    if facts.is_read_only:
        raise ServerFault(
            f"The server {address} is set to read only (default_transaction_read_only is on for {facts.username}).",
            "Name a server that may be written to, " + _INSTEAD,
        )
    if not facts.may_create:
        raise ServerFault(
            f"The user {facts.username} may not create databases on {address}.",
            f'Give it that right: ALTER ROLE "{facts.username}" CREATEDB; (as a superuser), {_INSTEAD}',
        )
    return facts


def demand(facts: Facts, address: Address, *, pg_version: int | None, extensions: frozenset[str]) -> None:
    """Raise ServerFault where the server is not of the wanted version or lacks an extension."""
    if pg_version not in {None, facts.version // 10000}:
        raise ServerFault(
            f"The server {address} is PostgreSQL {facts.release}, and pg_version asks for {pg_version}.",
            f"Name a server of PostgreSQL {pg_version}, or leave pg_version out.",
        )
    lacks = sorted(extensions - set(facts.extensions))
    if lacks:
        raise ServerFault(
            f"The history creates extensions that the server {address} does not have: {', '.join(lacks)}.",
            "Install them there (for Docker: an image that has them), or name another server.",
        )


def _refused(address: Address, said: str) -> ServerFault:
    words = " ".join(said.split())
    for marks, what, remedy in _REFUSALS:
        if any(mark in words for mark in marks):
            return ServerFault(f"The server {address} {what}: {words}", remedy)
    if "FATAL" in words:
        return ServerFault(f"The server {address} does not let pgproof in: {words}", "Correct the URL, " + _INSTEAD)
    return ServerFault(f"There is no server at {address}: {words}", _UNREACHABLE)

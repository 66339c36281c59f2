"""Databases of a scratch server: created, cloned, marked, dropped.

Every function works on the server's one maintenance session; cloning a database costs 6-7 ms on tmpfs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.resources import files

from psycopg import sql

from pgproof.errors import ServerFault
from pgproof.server import Server, claim
from pgproof.server.claim import MARK
from pgproof.server.lost import Session, is_lost, lost, translate_lost
from pgproof.server.session import connect

NAME_LIMIT = 63  # bytes; PostgreSQL would cut the rest off without an error
SESSIONS_SECONDS = 2.0
CLOSING_SECONDS = 0.05
_STRATEGY_SINCE = 150000
_FACTS = files("pgproof.server").joinpath("facts.sql").read_text(encoding="utf-8")
_PUT_BACK = files("pgproof.server").joinpath("put_back.sql").read_text(encoding="utf-8")
_PUT_BACK_PLAINLY = files("pgproof.server").joinpath("put_back_plainly.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What CREATE DATABASE … TEMPLATE does not copy of a database."""

    owner: str
    connection_limit: int
    comment: str | None
    has_settings_or_acl: bool
    sessions: tuple[str, ...]


def create(server: Server, name: str) -> str:
    """Create a fresh, marked database: with the base, where there is one, else empty; return its URL."""
    template = server.standing.template
    return empty(server, name) if template is None else clone(server, template, name)


def empty(server: Server, name: str) -> str:
    """Create an empty, marked UTF-8 database; return its URL for the server's superuser."""
    encoding = "" if server.standing.has_utf8 else " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0{}{}{}").format(
        sql.Identifier(_fits(name)), sql.SQL(encoding), _limit(server, -1), _strategy(server)
    )
    server.maintenance().execute(statement)
    _comment(server, name, _mark(server))
    return server.url(name)


def clone(server: Server, template: str, name: str) -> str:
    """Create a copy of a database without sessions, with all that PostgreSQL leaves behind; return its URL.

    Settings of the database and of roles in it, its ACL, owner, connection limit and comment are put back.
    """
    facts = _wait_for_sessions(server, template)
    if facts.sessions:
        raise ServerFault(
            f"Database {template!r} cannot be cloned while others are connected to it: {'; '.join(facts.sessions)}.",
            "Close the clients that are connected to pgproof's server.",
        )
    session = server.maintenance()
    session.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}{}{}").format(
            sql.Identifier(_fits(name)),
            sql.Identifier(template),
            sql.Identifier(facts.owner),
            _limit(server, facts.connection_limit),
            _strategy(server),
        )
    )
    is_marked = facts.comment is not None and facts.comment.startswith(MARK)
    mark = facts.comment if is_marked and facts.comment else f"{_mark(server)}\n{facts.comment or ''}".strip()
    _comment(server, name, mark)
    if facts.has_settings_or_acl or (server.standing.is_shared and facts.connection_limit < claim.LEAST_LIMIT):
        put_back = _PUT_BACK_PLAINLY if server.standing.is_shared else _PUT_BACK
        session.execute(sql.SQL(put_back).format(template=sql.Literal(template), name=sql.Literal(name)))
    return server.url(name)


def drop(server: Server, name: str) -> None:
    """Drop a database with whoever is still connected to it; harmless where there is none.

    On a shared server only this run's: another one of that name is left alone.
    """
    standing = server.standing
    if standing.is_shared and not claim.is_own(server.maintenance(), name, standing.run):
        return
    _let_sessions_end(server, name)
    server.maintenance().execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def marked(server: Server) -> tuple[str, ...]:
    """Return the names of the databases that bear pgproof's mark, sorted."""
    rows = server.maintenance().execute(
        "SELECT datname FROM pg_database WHERE starts_with(shobj_description(oid, 'pg_database'), %s)", [MARK]
    )
    return tuple(sorted(name for (name,) in rows))


def is_marked(server: Server, name: str) -> bool:
    """Whether pgproof made a database."""
    return name in marked(server)


def _comment(server: Server, name: str, text: str) -> None:
    server.maintenance().execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text))
    )


def _mark(server: Server) -> str:
    return claim.comment(server.standing.run) if server.standing.is_shared else MARK


def _limit(server: Server, number: int) -> sql.Composable:
    """Return the connection limit of a new database: on a shared server it is the mark that is there at once."""
    standing = server.standing
    wanted = claim.limit(standing.run) if standing.is_shared else number
    return sql.SQL(" CONNECTION LIMIT {}").format(sql.Literal(wanted))


def _wait_for_sessions(server: Server, name: str) -> Facts:
    """Return the facts of a database once its sessions are gone: CREATE DATABASE itself looks only every 100 ms."""
    deadline = time.monotonic() + SESSIONS_SECONDS
    while True:
        row = server.maintenance().execute(_FACTS, [name]).fetchone()
        if row is None:
            raise ServerFault(
                f"There is no database {name!r} on {server.label}.", "It was dropped from outside: run again."
            )
        facts = Facts(
            owner=row[0], connection_limit=row[1], comment=row[2], has_settings_or_acl=row[3], sessions=tuple(row[4])
        )
        if not facts.sessions or time.monotonic() > deadline:
            return facts
        time.sleep(0.001)


def _let_sessions_end(server: Server, name: str) -> None:
    """Wait a moment for sessions that were just closed: DROP DATABASE itself looks only every 100 ms."""
    deadline = time.monotonic() + CLOSING_SECONDS
    query = "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE datname = %s LIMIT 1"
    while server.maintenance().execute(query, [name]).fetchone() and time.monotonic() < deadline:
        time.sleep(0.001)


def _strategy(server: Server) -> sql.SQL:
    if server.version < _STRATEGY_SINCE:
        return sql.SQL("")
    return sql.SQL(" STRATEGY FILE_COPY" if server.standing.copies_files else " STRATEGY WAL_LOG")


def _fits(name: str) -> str:
    if len(name.encode()) > NAME_LIMIT:
        raise ValueError(f"{name!r} is longer than {NAME_LIMIT} bytes")
    return name


__all__ = [
    "MARK",
    "Session",
    "clone",
    "connect",
    "create",
    "drop",
    "empty",
    "is_lost",
    "is_marked",
    "lost",
    "marked",
    "translate_lost",
]

"""A refusal of the server, told with file, line and statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pgproof.masking import masked
from pgproof.server.lost import is_lost, lost, serving
from pgproof.tool import Failure, MigrationFailed
from pgproof.tool.names import qualified

STATEMENT_LIMIT = 2000
_ENDED = frozenset({"57P01", "57P05", "25P03", "25P04"})
"""The session was ended by pg_terminate_backend, or by a timeout that it had set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the files something happened."""

    path: Path
    line: int = 0
    statement: str = ""


def shown(path: Path) -> str:
    """Return a path as a user would type it: relative where it lies below the working directory."""
    here = Path.cwd()
    for known in (path.absolute(), path.resolve()):
        if known.is_relative_to(here):
            return str(known.relative_to(here))
    return str(path)


def failed(exc: psycopg.Error, place: Place) -> MigrationFailed:
    """Return the failure of a statement; raises LostServer where it was the server that failed."""
    diag = exc.diag
    return MigrationFailed(
        Failure(
            sqlstate=exc.sqlstate or "unknown",
            message=masked(diag.message_primary or str(exc)),
            detail=masked(diag.message_detail or ""),
            hint=diag.message_hint or "",
            context=masked(diag.context or ""),
            constraint=diag.constraint_name or "",
            table=qualified(diag.schema_name, diag.table_name) if diag.table_name else "",
            column=diag.column_name or "",
            file=shown(place.path),
            line=place.line,
            statement=masked(place.statement)[:STATEMENT_LIMIT],
        )
    )


def raise_lost(exc: psycopg.Error, connection: psycopg.Connection) -> None:
    """Raise LostServer where an error says that the server is gone or its disk full.

    A session that was ended while the server of pgproof's own lives and has room was ended by the migration.
    """
    server = serving(getattr(connection, "host", ""))
    if is_lost(exc) and not (server and exc.sqlstate in _ENDED and server.why_lost() is None):
        raise lost(exc, server) from exc


@contextmanager
def blaming(connection: psycopg.Connection, place: Place) -> Iterator[None]:
    """Turn what PostgreSQL refuses inside into the failure of a migration."""
    try:
        yield
    except psycopg.Error as exc:
        raise_lost(exc, connection)
        raise failed(exc, place) from exc


def no_commit(place: Place) -> MigrationFailed:
    """Return the failure of a file that leaves its own transaction open."""
    return MigrationFailed(
        Failure(
            sqlstate="25001",
            message="the file begins a transaction and does not end it, so that its work is lost",
            hint="End the file with COMMIT, or take its BEGIN out.",
            file=shown(place.path),
            line=place.line,
            statement=masked(place.statement)[:STATEMENT_LIMIT],
        )
    )


def refused_by(tool: str, why: str, place: Place) -> MigrationFailed:
    """Return the failure of a file that a tool does not even send."""
    return MigrationFailed(
        Failure(sqlstate="unknown", message=f"{tool} refuses it: {why}", file=shown(place.path), line=place.line)
    )


def lost_transaction(said: str, place: Place) -> MigrationFailed:
    """Return the failure of a tool whose transaction a file has ended."""
    return MigrationFailed(
        Failure(
            sqlstate="25P01",
            message=f"the file ends the transaction that the tool has opened around it, and the tool stops: {said}",
            hint="Take BEGIN and COMMIT out of the file, or tell the tool to open no transaction for it.",
            file=shown(place.path),
            line=place.line,
        )
    )

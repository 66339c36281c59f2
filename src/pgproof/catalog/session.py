"""Reading over a connection that belongs to somebody else, without leaving a trace on it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from pgproof.catalog.statements import text

Row = dict[str, Any]
"""A row by column name; NULLs are left out."""

_SAVEPOINT = ("SAVEPOINT pgproof_catalog", "ROLLBACK TO SAVEPOINT pgproof_catalog; RELEASE SAVEPOINT pgproof_catalog")
_OWN = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Rows:
    """What one statement returned."""

    names: tuple[str, ...] = ()
    tuples: list[tuple[Any, ...]] = field(default_factory=list)

    def dicts(self) -> list[Row]:
        """Return each row by column name."""
        return [
            {name: value for name, value in zip(self.names, row, strict=True) if value is not None}
            for row in self.tuples
        ]

    def rare(self, start: int) -> tuple[tuple[str, ...], tuple[None, ...]]:
        """Return the names of the columns from ``start`` on, which are NULL in most rows, and what they are then."""
        names = self.names[start:]
        return names, (None,) * len(names)


@dataclass(slots=True)
class Session:
    """Statements sent together; the first go out with what opens the transaction."""

    connection: psycopg.Connection[Any]
    opening: list[str] = field(default_factory=list)

    def query(self, statements: Sequence[str]) -> Generator[Rows]:
        """Yield the rows of each statement, sent in one round trip, while the server works on the next."""
        opening, self.opening = self.opening, []
        pgconn = self.connection.pgconn
        pgconn.send_query(";\n".join([*opening, *statements]).encode())
        try:
            for number in range(len(opening) + len(statements)):
                result = self.connection.wait(_next(pgconn))
                if result is None or result.status == ExecStatus.FATAL_ERROR:
                    raise _error(pgconn, result)
                if number >= len(opening):
                    yield self._rows(result)
        finally:
            with suppress(psycopg.OperationalError):
                while self.connection.wait(_next(pgconn)) is not None:
                    pass

    def _rows(self, result: PGresult) -> Rows:
        names = tuple([(result.fname(n) or b"").decode() for n in range(result.nfields)])
        transformer = Transformer(self.connection)
        transformer.set_pgresult(result)
        return Rows(names, transformer.load_rows(0, result.ntuples, tuple))


@contextmanager
def session(connection: psycopg.Connection[Any]) -> Iterator[Session]:
    """Yield a session with fixed settings; afterwards transaction, settings and savepoints are as they were."""
    is_idle = connection.info.transaction_status == TransactionStatus.IDLE
    opening, closing = _OWN if is_idle else _SAVEPOINT
    opened = Session(connection, [opening, text("settings")])
    try:
        yield opened
    finally:
        if not opened.opening and connection.info.transaction_status not in (
            TransactionStatus.IDLE,
            TransactionStatus.UNKNOWN,
        ):
            for _ in opened.query(closing.split("; ")):
                pass


def _next(pgconn: PGconn) -> Generator[Wait, Ready | int, PGresult | None]:
    """Wait for the next result of what was sent; None after the last."""
    while pgconn.flush():
        yield Wait.W
    while pgconn.is_busy():
        yield Wait.R
        pgconn.consume_input()
    return pgconn.get_result()


def _error(pgconn: PGconn, result: PGresult | None) -> psycopg.Error:
    if result is None:
        return psycopg.OperationalError(pgconn.get_error_message())
    return errors.error_from_result(result, encoding="utf-8")

"""Reading over a connection that belongs to somebody else, without leaving a trace on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from pgproof.catalog.statements import text

Row = dict[str, Any]
"""A row by column name; NULLs are left out."""


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


_SAVEPOINT = ("SAVEPOINT pgproof_catalog", "ROLLBACK TO SAVEPOINT pgproof_catalog; RELEASE SAVEPOINT pgproof_catalog")
_OWN = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK")


@dataclass(slots=True)
class Session:
    """Statements sent together; the first go out with what opens the transaction."""

    cursor: psycopg.Cursor[tuple[Any, ...]]
    opening: list[str] = field(default_factory=list)

    def query(self, statements: Sequence[str]) -> list[Rows]:
        """Return the rows of each statement, in one round trip."""
        before = len(self.opening)
        message = ";\n".join([*self.opening, *statements])
        self.opening = []
        self.cursor.execute(message.encode(), prepare=False)
        for _ in range(before):
            self.cursor.nextset()
        results: list[Rows] = []
        for _ in statements:
            names = tuple(c.name for c in self.cursor.description or ())
            results.append(Rows(names, self.cursor.fetchall()))
            self.cursor.nextset()
        return results


@contextmanager
def session(connection: psycopg.Connection[Any]) -> Iterator[Session]:
    """Yield a session with fixed settings; afterwards transaction, settings and savepoints are as they were."""
    was_idle = connection.info.transaction_status == TransactionStatus.IDLE
    opening, closing = _OWN if was_idle and connection.autocommit else _SAVEPOINT
    cursor = psycopg.Cursor(connection, row_factory=tuple_row)
    opened = Session(cursor, [opening, text("settings")])
    try:
        yield opened
    finally:
        with cursor, suppress(psycopg.OperationalError):
            if not opened.opening:
                cursor.execute(closing.encode(), prepare=False)
            if was_idle and not connection.autocommit:
                connection.rollback()

"""Reading over a connection that belongs to somebody else, without leaving a trace on it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors, generators
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from pgproof.catalog.statements import Prepared, text

Row = dict[str, Any]
"""A row by column name; NULLs are left out."""
Question = str | Prepared
"""A query that returns rows."""

_SAVEPOINT = ("SAVEPOINT pgproof_reading", "ROLLBACK TO SAVEPOINT pgproof_reading; RELEASE SAVEPOINT pgproof_reading")
_OWN = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Rows:
    """What one statement returned."""

    names: tuple[str, ...] = ()
    tuples: list[tuple[Any, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, result: PGresult, connection: psycopg.Connection[Any] | None = None) -> Rows:
        """Return the rows of a result as Python values."""
        names = tuple([(result.fname(n) or b"").decode() for n in range(result.nfields)])
        transformer = Transformer(connection)
        transformer.set_pgresult(result)
        return cls(names, transformer.load_rows(0, result.ntuples, tuple))

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
class _Kept:
    """The statements that a session of the server has prepared: they and their plans outlast every rollback."""

    names: set[str] = field(default_factory=set)
    generation: int = 0

    def name(self, question: Prepared) -> str:
        return f"pgproof_{self.generation}_{question.name}"

    def forget(self) -> None:
        """Begin anew: nobody knows which of them are there."""
        self.names.clear()
        self.generation += 1


_KEPT: WeakKeyDictionary[psycopg.Connection[Any], _Kept] = WeakKeyDictionary()


@dataclass(slots=True)
class Session:
    """Statements sent together; the first go out with what opens the transaction."""

    connection: psycopg.Connection[Any]
    is_alone: bool
    """Whether no transaction was open."""
    is_open: bool = False
    _kept: _Kept = field(init=False)

    def __post_init__(self) -> None:
        self._kept = _KEPT.setdefault(self.connection, _Kept())

    def query(self, questions: Sequence[Question]) -> Generator[Rows]:
        """Yield the rows of each question, sent in one round trip, while the server works on the next."""
        pgconn = self.connection.pgconn
        pgconn.send_query(";\n".join([*self._opened(), *self._statements(questions)]).encode())
        missing = len(questions)
        try:
            while missing:
                result = self.connection.wait(_next(pgconn))
                if result is None or result.status == ExecStatus.FATAL_ERROR:
                    self._kept.forget()
                    raise _error(pgconn, result)
                if result.status == ExecStatus.TUPLES_OK:
                    missing -= 1
                    yield Rows.of(result, self.connection)
        finally:
            with suppress(psycopg.OperationalError):
                while self.connection.wait(_next(pgconn)) is not None:
                    pass

    def take_in(self) -> None:
        """Take what has come of the answers to a query: the server works on only while somebody does."""
        self.connection.pgconn.consume_input()

    def ask(self, questions: Sequence[Question], *, last: bool = False) -> list[PGresult]:
        """Return the answers of one round trip; ``last`` ends the reading with it."""
        try:
            return self._ask(questions, last=last)
        except errors.InvalidSqlStatementName:  # somebody has thrown away what was prepared
            self._kept.forget()
            self.close()
            return self._ask(questions, last=last)
        except psycopg.Error:
            self._kept.forget()
            raise

    def _ask(self, questions: Sequence[Question], *, last: bool) -> list[PGresult]:
        sent = [*self._opened(), *self._statements(questions)]
        answers = self._send([*sent, *([self._closing] if last else [])])
        if last:
            self.is_open = False
        return [answer for answer in answers if answer.status == ExecStatus.TUPLES_OK]

    def _statements(self, questions: Sequence[Question]) -> list[str]:
        sent: list[str] = []
        for question in questions:
            sent += [question] if isinstance(question, str) else self._prepared(question)
        return sent

    def _prepared(self, question: Prepared) -> list[str]:
        name = self._kept.name(question)
        arguments = f" ({', '.join(question.arguments)})" if question.arguments else ""
        execute = f"EXECUTE {name}{arguments}"
        if name in self._kept.names:
            return [execute]
        self._kept.names.add(name)
        types = f" ({', '.join(question.types)})" if question.types else ""
        return [f"PREPARE {name}{types} AS {question.text}", execute]

    def _opened(self) -> list[str]:
        if self.is_open:
            return []
        self.is_open = True
        opening = [_OWN[0] if self.is_alone else _SAVEPOINT[0], *text("settings").split(";")]
        if observer := getattr(self.connection, "observer", ""):  # who migrates may not read everything
            opening.append(f"SET LOCAL ROLE {observer}")
        if self.connection.info.encoding == "utf-8":
            return opening
        self._send(opening)  # texts of other encodings come only after the server has heard of ours
        return []

    @property
    def _closing(self) -> str:
        return _OWN[1] if self.is_alone else _SAVEPOINT[1]

    def close(self) -> None:
        """Leave everything as it was."""
        if self.is_open and self.connection.info.transaction_status not in (
            TransactionStatus.IDLE,
            TransactionStatus.UNKNOWN,
        ):
            self._send([self._closing])
        self.is_open = False

    def _send(self, statements: Sequence[str]) -> list[PGresult]:
        pgconn = self.connection.pgconn
        pgconn.send_query(";\n".join(statements).encode())
        results: list[PGresult] = self.connection.wait(generators.execute(pgconn))
        wrong = next((r for r in results if r.status == ExecStatus.FATAL_ERROR), None)
        if wrong is not None:
            raise _error(pgconn, wrong)
        return results


@contextmanager
def session(connection: psycopg.Connection[Any]) -> Iterator[Session]:
    """Yield a session with fixed settings; afterwards transaction, settings and savepoints are as they were.

    In an open transaction it works behind a savepoint, so that no setting, lock or error of its own is left;
    elsewhere in a read-only transaction of its own.
    """
    opened = Session(connection, connection.info.transaction_status == TransactionStatus.IDLE)
    try:
        yield opened
    except BaseException:
        with suppress(psycopg.Error):  # the first error is the one to report
            opened.close()
        raise
    opened.close()


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

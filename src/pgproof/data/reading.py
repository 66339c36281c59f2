"""Questions put to a database at one moment, without disturbing whoever works in that session."""

from __future__ import annotations

import contextlib
from functools import cache
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.adapt import Transformer
from psycopg.pq import Format, TransactionStatus
from psycopg.pq.abc import PGresult

from pgproof.catalog.session import Question, Session, session
from pgproof.catalog.statements import Prepared

_TEXT = 25
"""The type by which psycopg loads bytes as text."""
Row = tuple[str | None, ...]
"""Values as the server writes them; None is NULL."""


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/<name>.sql``."""
    return files("pgproof.data").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def filled(name: str, **values: object) -> str:
    """Return ``sql/<name>.sql`` with each ``{value}`` written as a literal."""
    text = sql.SQL(statement(name))
    return text.format(**{key: sql.Literal(value) for key, value in values.items()}).as_string(None)


def prepared(name: str, *arguments: tuple[str, object]) -> list[Prepared]:
    """Return the statements of ``sql/<name>.sql`` to be prepared, with the type and value of each parameter."""
    lines = [line for line in statement(name).splitlines() if not line.startswith("--")]
    types = tuple(kind for kind, _ in arguments)
    values = tuple(sql.Literal(value).as_string(None) for _, value in arguments)
    parts = "\n".join(lines).split(";\n")
    return [Prepared(f"{name}_{number}", part, types, values) for number, part in enumerate(parts)]


class Reading:
    """A few statements that see one state, as text under fixed settings.

    Inside an open transaction they run behind a savepoint, so that no setting, lock or error of theirs is left;
    elsewhere in a read-only transaction of their own. A statement that fails raises and leaves the session as it was.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._stack = contextlib.ExitStack()
        self._session: Session | None = None
        self.is_alone = connection.info.transaction_status == TransactionStatus.IDLE
        """Whether no transaction was open."""

    def __enter__(self) -> Self:
        self._session = self._stack.enter_context(session(self._connection))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def ask(self, *statements: Question, last: bool = False) -> list[list[Row]]:
        """Return the rows of each query, in one round trip; ``last`` ends the reading in the same one."""
        if self._session is None:
            raise RuntimeError("ask() belongs inside the with block")
        return [texts(answer) for answer in self._session.ask(statements, last=last)]


def texts(answer: PGresult) -> list[Row]:
    """Return the rows as the server wrote them, whatever their types."""
    if not answer.nfields:
        return [()] * answer.ntuples
    transformer = Transformer()
    transformer.set_pgresult(answer, set_loaders=False)
    transformer.set_loader_types([_TEXT] * answer.nfields, Format.TEXT)
    return transformer.load_rows(0, answer.ntuples, tuple)

"""Several statements put to the server in one exchange, and lists of texts as it reads them fastest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgproof.data.faults import refused

START = sql.SQL("SAVEPOINT pgproof_attempt")
"""Has to run in a transaction before the first attempt."""
AFTER = (sql.SQL("RELEASE SAVEPOINT pgproof_attempt"), START)
BACK = "ROLLBACK TO SAVEPOINT pgproof_attempt"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one statement gave."""

    rows: Sequence[tuple[Any, ...]]
    count: int
    """Rows that it gave or moved."""


def ask(connection: psycopg.Connection, statements: Sequence[sql.Composable]) -> list[Answer]:
    """Return the answer to each statement; they are sent at once, and have no parameters."""
    if not statements:
        return []
    cursor = connection.execute(sql.SQL(";\n").join(statements))
    found = []
    is_more: bool | None = True
    while is_more:
        has_rows = cursor.pgresult is not None and cursor.pgresult.nfields > 0
        found.append(Answer(cursor.fetchall() if has_rows else (), cursor.rowcount))
        is_more = cursor.nextset()
    return found


def attempt(connection: psycopg.Connection, statements: Sequence[sql.Composable]) -> list[Answer] | str:
    """Return the answers of ``ask`` or, with nothing done, what the server says against one of the statements.

    ``START`` comes first, in an exchange of its own: of statements with a syntax error among them, none runs.
    """
    try:
        return ask(connection, [*statements, *AFTER])[: len(statements)]
    except psycopg.Error as error:
        refusal = refused(error)
    connection.execute(BACK)
    return refusal


def listed(values: Iterable[str | None]) -> sql.Composed:
    """Return a list of texts as a ``text[]``; psycopg takes ten times as long for one of its own."""
    return sql.SQL("{}::text[]").format(array(values))


def array(values: Iterable[str | None]) -> sql.Literal:
    """Return a list as an array of a type that is yet to be said."""
    items = ("NULL" if v is None else f'"{v}"' if v.isalnum() else _quoted(v) for v in values)
    return sql.Literal("{" + ",".join(items) + "}")


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'

"""Questions put to a database at one moment, without disturbing whoever works in that session."""

from __future__ import annotations

import contextlib
from functools import cache
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import tuple_row

Row = tuple[str | None, ...]
"""Values as the server writes them; None is NULL."""

_SETTINGS = """
SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL row_security = off; SET LOCAL client_encoding = 'UTF8';
SET LOCAL search_path = ''; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s';
SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C';
SET LOCAL quote_all_identifiers = off; SET LOCAL standard_conforming_strings = on;
SET LOCAL transform_null_equals = off; SET LOCAL jit = off;
"""
_WITHIN = ("SAVEPOINT pgproof_reading;" + _SETTINGS, "ROLLBACK TO pgproof_reading; RELEASE pgproof_reading;")
_ALONE = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;" + _SETTINGS, "ROLLBACK;")


@cache
def statement(name: str) -> str:
    """Return the text of ``sql/<name>.sql``."""
    return files("pgproof.data").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def filled(name: str, **values: object) -> str:
    """Return ``sql/<name>.sql`` with each ``{value}`` written as a literal."""
    text = sql.SQL(statement(name))
    return text.format(**{key: sql.Literal(value) for key, value in values.items()}).as_string(None)


class Reading:
    """A few statements that see one state, as text under fixed settings.

    Inside an open transaction they run behind a savepoint, so that no setting, lock or error of theirs is left;
    elsewhere in a read-only transaction of their own. A statement that fails raises and leaves the session as it was.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._cursor = connection.cursor(row_factory=tuple_row)
        idle = connection.info.transaction_status == TransactionStatus.IDLE and connection.autocommit
        self.is_alone = idle
        """Whether no transaction was open."""
        self.server_version = connection.info.server_version
        self._opening, self._closing = _ALONE if idle else _WITHIN
        self._is_open = False
        self._is_utf8 = connection.info.encoding == "utf-8"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_open:
            return
        if error is None:
            self._close()
            return
        with contextlib.suppress(psycopg.Error):  # the first error is the one to report
            self._close()

    def ask(self, *statements: str, last: bool = False) -> list[list[Row]]:
        """Return the rows of each query, in one round trip; ``last`` ends the reading in the same one."""
        opening, closing = "", ""
        if not self._is_open:
            opening = self._opening
            self._is_open = True
            if not self._is_utf8:
                self._send(opening)
                opening = ""
        if last and self._is_utf8:
            closing = self._closing
        results = self._send(opening + ";\n".join(statements) + ";" + closing)
        if closing:
            self._is_open = False
        return results

    def _close(self) -> None:
        self._is_open = False
        self._send(self._closing)

    def _send(self, text: str) -> list[list[Row]]:
        results: list[list[Row]] = []
        cursor = self._cursor
        # Bytes and no parameters: the simple protocol takes many statements and no "%" has a meaning.
        cursor.execute(text.encode(), prepare=False)
        while True:
            answer = cursor.pgresult
            if answer is not None and answer.status == ExecStatus.TUPLES_OK:
                results.append(_texts(answer))
            if not cursor.nextset():
                return results


def _texts(answer: PGresult) -> list[Row]:
    """Return the rows as the server wrote them, whatever their types."""
    columns = range(answer.nfields)
    value = answer.get_value
    return [
        tuple([None if (text := value(row, column)) is None else bytes(text).decode() for column in columns])
        for row in range(answer.ntuples)
    ]

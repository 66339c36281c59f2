"""Statements to the server as they stand: by the simple protocol, without parameters, so nothing is a placeholder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.waiting import Wait

from pgproof.tool import Ran
from pgproof.tool.body import moves_data
from pgproof.tool.failures import Place, failed, lost_transaction, no_commit, raise_lost, refused_by
from pgproof.tool.statements import Script, Statement
from pgproof.tool.surroundings import Surroundings

_COUNTED = re.compile(r"(INSERT|UPDATE|DELETE|MERGE|COPY)\b.*?(\d+)")
_NUMBERS = re.compile(r"(?: \d+)+$")
_NO_INPUT = "COPY ... FROM stdin has no rows to read: a migration holds SQL only"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One direction of one migration, ready to be sent."""

    path: Path
    script: Script
    surroundings: Surroundings

    def place(self, index: int | None = None) -> Place:
        """Return the place of a statement; by default of the last one."""
        if not self.script.statements:
            return Place(path=self.path)
        statement = self.script.statements[-1 if index is None else index]
        return Place(path=self.path, line=statement.line, statement=statement.text)


def send_whole(connection: psycopg.Connection, file: File) -> list[Ran]:
    """Send the whole file as one query."""
    if not file.script.statements:
        return []
    return _send(connection, file, file.script.text, 0, 0)


def send_each(connection: psycopg.Connection, file: File) -> list[Ran]:
    """Send statement by statement, each as a query of its own; those that are joined go together."""
    ran: list[Ran] = []
    statements = file.script.statements
    firsts = [index for index, statement in enumerate(statements) if not statement.is_joined]
    for first, behind in zip(firsts, [*firsts, len(statements)][1:], strict=True):
        start, last = statements[first].start, statements[behind - 1]
        ran += _send(connection, file, file.script.text[start : last.start + len(last.text)], start, first)
    return ran


def require_accepted(file: File, tool: str) -> None:
    """Refuse a file that the layout's own tool would not run."""
    if file.script.refused:
        raise refused_by(tool, file.script.refused, Place(path=file.path, line=file.script.refused_line))


def command(connection: psycopg.Connection, file: File, statement: str) -> None:
    """Send a statement of the tool's own, BEGIN or COMMIT; a refused COMMIT is blamed on the file."""
    results, end = _exchange(connection, statement)
    error = end or _error_of(results)
    if error is not None:
        raise_lost(error, connection)
        last = file.place()
        raise failed(error, Place(path=last.path, line=last.line, statement=statement)) from error


def require_open(connection: psycopg.Connection, file: File, said: str) -> None:
    """Refuse a file that has ended the tool's transaction, where the tool then stops with such words."""
    if said and connection.pgconn.transaction_status == pq.TransactionStatus.IDLE:
        raise lost_transaction(said, file.place())


def require_ended(connection: psycopg.Connection, file: File) -> None:
    """Refuse a file that has left a transaction of its own open."""
    if connection.pgconn.transaction_status != pq.TransactionStatus.IDLE:
        raise no_commit(file.place())


def _send(connection: psycopg.Connection, file: File, text: str, start: int, first: int) -> list[Ran]:
    """Send a part of the file that starts at character ``start`` with the statement at position ``first``."""
    results, end = _exchange(connection, text)
    error = end or _error_of(results)
    if error is not None:
        raise_lost(error, connection)
        done = sum(r.status != pq.ExecStatus.FATAL_ERROR for r in results)
        raise failed(error, _place(connection, file, error, start, first + done)) from error
    last = len(file.script.statements) - 1
    return [_ran(r, file.script.statements[min(first + i, last)], file.surroundings) for i, r in enumerate(results)]


def _exchange(connection: psycopg.Connection, text: str) -> tuple[list[pq.abc.PGresult], psycopg.Error | None]:
    """Return the server's answers to a query, and the error of psycopg's own that ended it, if one did."""
    connection.pgconn.send_query(text.encode())
    results: list[pq.abc.PGresult] = []
    try:
        answers = connection.wait(generators.execute(connection.pgconn))
        while answers and answers[-1].status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT):
            results += answers[:-1]
            _end_copy(connection, answers[-1].status)
            answers = connection.wait(generators.fetch_many(connection.pgconn))
    except psycopg.Error as exc:
        return results, exc
    return results + answers, None


def _end_copy(connection: psycopg.Connection, status: int) -> None:
    """Refuse to give rows to COPY FROM stdin, which fails with that reason; throw away those of COPY TO stdout."""
    if status == pq.ExecStatus.COPY_IN:
        connection.wait(generators.copy_end(connection.pgconn, _NO_INPUT.encode()))
    else:
        connection.wait(_drained(connection.pgconn))


def _drained(pgconn: pq.abc.PGconn) -> PQGen[None]:
    while True:
        size, _ = pgconn.get_copy_data(1)
        if size < 0:
            return
        if size == 0:
            yield Wait.R
            pgconn.consume_input()


def _error_of(results: Sequence[pq.abc.PGresult]) -> psycopg.Error | None:
    bad = next((r for r in results if r.status == pq.ExecStatus.FATAL_ERROR), None)
    return psycopg.errors.error_from_result(bad) if bad else None


def _place(connection: psycopg.Connection, file: File, exc: psycopg.Error, start: int, index: int) -> Place:
    """Return where the error is: the server's position where it gives one, else the first word of the statement."""
    position = exc.diag.statement_position
    if not position:
        return file.place(min(index, len(file.script.statements) - 1))
    offset = start + int(position) - 1
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        # such a server counts bytes
        sent = file.script.text[start:].encode()[: int(position) - 1]
        offset = start + len(sent.decode(errors="ignore"))
    statement = file.script.statements[file.script.index_at(offset)]
    return Place(path=file.path, line=file.script.line_at(offset), statement=statement.text)


def _ran(result: pq.abc.PGresult, statement: Statement, surroundings: Surroundings) -> Ran:
    tag = (result.command_status or b"").decode()
    counted = _COUNTED.fullmatch(tag)
    return Ran(
        line=statement.line,
        kind=_NUMBERS.sub("", tag),
        rows=int(tag.rpartition(" ")[2]) if counted else None,
        moves_data=moves_data(statement, surroundings),
        tables=statement.tables,
    )

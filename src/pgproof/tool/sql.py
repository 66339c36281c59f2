"""The built-in runner of SQL files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

from pgproof.server.session import connect
from pgproof.tool import Body, History, Migration, Ran, Recorded, modes
from pgproof.tool.body import judge, together
from pgproof.tool.failures import Place, blaming
from pgproof.tool.files import OfFiles
from pgproof.tool.sending import File, command, require_accepted, require_ended, require_open, send_each, send_whole

Write = Callable[[psycopg.Connection[Any], History, Migration], None]


@dataclass(frozen=True)
class SqlTool(OfFiles):
    """Applies a history of SQL files as the layout's own tool would; keeps ``SavepointTool``.

    Statements are refused as ``MigrationFailed``, with the whole migration rolled back where its mode allows; the
    history row is written in the migration's own transaction where the runner opened it, and in one of its own behind
    it otherwise.
    """

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"sql ({self.history.layout})"

    @cached_property
    def _bodies(self) -> dict[tuple[str, bool], Body]:
        """What was judged already: (version, whether it is the down)."""
        return {}

    def prepare(self, url: str) -> None:
        """Make the history table unless it is there."""
        with _connected(url) as connection:
            self._ledger.create(connection)

    def up_all(self, url: str) -> None:
        """Apply all pending migrations on one connection, each in its mode."""
        with _connected(url) as connection:
            self._ledger.lock(connection, self.history)
            self._ledger.create(connection)
            for migration in self._ledger.pending(connection, self._singly):
                self._up(connection, migration)

    def up(self, url: str, version: str) -> Sequence[Ran]:
        """Apply exactly this version on a connection of its own, and record it."""
        with _connected(url) as connection:
            self._ledger.lock(connection, self.history)
            self._ledger.create(connection)
            return [ran for part in self._parts(version) for ran in self._up(connection, part)]

    def _up(self, connection: psycopg.Connection[Any], migration: Migration) -> list[Ran]:
        file = self._file(migration)
        ran = self._apply(connection, file, migration.mode, self._ledger.record, migration)
        if self._layout.between:
            command(connection, file, self._layout.between)
        return ran

    def down(self, url: str, version: str) -> Sequence[Ran]:
        """Undo exactly this version on a connection of its own, and take its record away."""
        if self._migrations[version].down is None:
            raise ValueError(f"migration {version} has no down")
        ran: list[Ran] = []
        with _connected(url) as connection:
            self._ledger.lock(connection, self.history)
            for part in self._parts(version, down=True):
                mode = part.down_mode or modes.TRANSACTION
                ran += self._apply(connection, self._file(part, down=True), mode, self._ledger.unrecord, part)
        return ran

    def forget(self, url: str, version: str) -> None:
        """Delete the record of this version and change nothing else."""
        with _connected(url) as connection:
            for part in self._parts(version, down=True):
                self._ledger.unrecord(connection, self._singly, part)

    def recorded(self, url: str) -> tuple[Recorded, ...]:
        """Return the rows of the history table in the order in which they were written."""
        with _connected(url) as connection:
            return self.recorded_on(connection)

    def body(self, version: str, *, down: bool = False) -> Body:
        """Return how the statements of this version may be run; a down that is missing is empty."""
        if (version, down) not in self._bodies:
            self._bodies[version, down] = together([self._body(p, down=down) for p in self._parts(version, down=down)])
        return self._bodies[version, down]

    def _body(self, part: Migration, *, down: bool) -> Body:
        mode = part.down_mode if down else part.mode
        return judge(self._file(part, down=down).script, mode or modes.TRANSACTION, self._surroundings)

    def run(self, connection: psycopg.Connection, version: str, *, down: bool = False) -> Sequence[Ran]:
        """Send the statements on a connection whose transaction is open; record nothing, commit nothing.

        A failure leaves the transaction aborted: the caller goes back to its savepoint.
        """
        files = [self._file(part, down=down) for part in self._parts(version, down=down)]
        return [ran for file in files for ran in self._send(connection, file)]

    def record(self, connection: psycopg.Connection, version: str) -> None:
        """Write the history row in the open transaction."""
        for part in self._parts(version):
            self._write(connection, self._ledger.record, part)

    def unrecord(self, connection: psycopg.Connection, version: str) -> None:
        """Take the history row away in the open transaction."""
        for part in self._parts(version, down=True):
            self._write(connection, self._ledger.unrecord, part)

    def _send(self, connection: psycopg.Connection, file: File) -> list[Ran]:
        require_accepted(file, self._layout.name)
        send = send_whole if self._layout.sends_whole else send_each
        return send(connection, file)

    def _apply(
        self, connection: psycopg.Connection, file: File, mode: str, write: Write, migration: Migration
    ) -> list[Ran]:
        if mode not in (modes.TRANSACTION, modes.NESTED) or not self._layout.begin:
            ran = self._send(connection, file)
            require_ended(connection, file)
            self._write(connection, write, migration)
            return ran
        require_accepted(file, self._layout.name)
        command(connection, file, self._layout.begin)
        ran = self._send(connection, file)
        self._write(connection, write, migration)
        require_open(connection, file, self._layout.on_lost_transaction)
        command(connection, file, "COMMIT")
        return ran

    def _write(self, connection: psycopg.Connection, write: Write, migration: Migration) -> None:
        table = self.history_table
        what = f"the row of {migration.version} in {table.schema}.{table.table}"
        with blaming(connection, Place(path=migration.up, statement=what)):
            write(connection, self._singly, migration)


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    connection = connect(url)
    try:
        yield connection
    finally:
        connection.close()

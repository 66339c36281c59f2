"""The built-in runner of SQL files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

from pgproof.server.session import connect
from pgproof.tool import Body, History, HistoryTable, Migration, Ran, Recorded, layouts, modes
from pgproof.tool.body import judge
from pgproof.tool.failures import Place, blaming
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.ledger import Ledger, RowLedger
from pgproof.tool.sending import File, command, require_ended, send_each, send_whole
from pgproof.tool.statements import EMPTY, read
from pgproof.tool.surroundings import Surroundings, survey

Write = Callable[[psycopg.Connection[Any], History, Migration], None]


@dataclass(frozen=True)
class SqlTool:
    """Applies a history of SQL files as the layout's own tool would; keeps ``SavepointTool``.

    ``table`` replaces the layout's history table. Statements are refused as ``MigrationFailed``, with the whole
    migration rolled back where its mode allows; the history row is written in the migration's own transaction where the
    runner opened it, and in one of its own behind it otherwise.
    """

    history: History
    table: HistoryTable | None = None

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"sql ({self.history.layout})"

    @property
    def history_table(self) -> HistoryTable:
        """Where it records versions."""
        return self._ledger.table

    @cached_property
    def _layout(self) -> Layout:
        return layouts.by_name(self.history.layout)

    @cached_property
    def _ledger(self) -> Ledger:
        return self._layout.ledger if self.table is None else RowLedger(self.table)

    @cached_property
    def _migrations(self) -> dict[str, Migration]:
        return {m.version: m for m in self.history.migrations}

    @cached_property
    def _bodies(self) -> dict[tuple[str, bool], Body]:
        """What was judged already: (version, whether it is the down)."""
        return {}

    @cached_property
    def _surroundings(self) -> Surroundings:
        return survey(read(p) for m in self.history.migrations for p in (m.up, m.down) if p is not None)

    def prepare(self, url: str) -> None:
        """Make the history table unless it is there."""
        with _connected(url) as connection:
            self._ledger.create(connection)

    def up_all(self, url: str) -> None:
        """Apply all pending migrations on one connection, each in its mode."""
        with _connected(url) as connection:
            self._ledger.lock(connection)
            self._ledger.create(connection)
            for migration in self._ledger.pending(connection, self.history):
                self._apply(connection, self._file(migration), migration.mode, self._ledger.record, migration)

    def up(self, url: str, version: str) -> Sequence[Ran]:
        """Apply exactly this version on a connection of its own, and record it."""
        migration = self._migrations[version]
        with _connected(url) as connection:
            self._ledger.lock(connection)
            self._ledger.create(connection)
            return self._apply(connection, self._file(migration), migration.mode, self._ledger.record, migration)

    def down(self, url: str, version: str) -> Sequence[Ran]:
        """Undo exactly this version on a connection of its own, and take its record away."""
        migration = self._migrations[version]
        if migration.down is None:
            raise ValueError(f"migration {version} has no down")
        mode = migration.down_mode or modes.TRANSACTION
        with _connected(url) as connection:
            self._ledger.lock(connection)
            return self._apply(connection, self._file(migration, down=True), mode, self._ledger.unrecord, migration)

    def forget(self, url: str, version: str) -> None:
        """Delete the record of this version and change nothing else."""
        with _connected(url) as connection:
            self._ledger.unrecord(connection, self.history, self._migrations[version])

    def recorded(self, url: str) -> tuple[Recorded, ...]:
        """Return the rows of the history table in the order in which they were written."""
        with _connected(url) as connection:
            return self.recorded_on(connection)

    def recorded_on(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the rows of the history table as a connection sees them, its open transaction included."""
        return self._ledger.recorded(connection)

    def body(self, version: str, *, down: bool = False) -> Body:
        """Return how the statements of this version may be run; a down that is missing is empty."""
        if (version, down) not in self._bodies:
            migration = self._migrations[version]
            mode = migration.down_mode if down else migration.mode
            script = self._file(migration, down=down).script
            self._bodies[version, down] = judge(script, mode or modes.TRANSACTION, self._surroundings)
        return self._bodies[version, down]

    def run(self, connection: psycopg.Connection, version: str, *, down: bool = False) -> Sequence[Ran]:
        """Send the statements on a connection whose transaction is open; record nothing, commit nothing.

        A failure leaves the transaction aborted: the caller goes back to its savepoint.
        """
        return self._send(connection, self._file(self._migrations[version], down=down))

    def record(self, connection: psycopg.Connection, version: str) -> None:
        """Write the history row in the open transaction."""
        self._write(connection, self._ledger.record, self._migrations[version])

    def unrecord(self, connection: psycopg.Connection, version: str) -> None:
        """Take the history row away in the open transaction."""
        self._write(connection, self._ledger.unrecord, self._migrations[version])

    def _file(self, migration: Migration, *, down: bool = False) -> File:
        path = migration.down if down else migration.up
        script = EMPTY if path is None else read(path)
        return File(path=path or migration.up, script=script, surroundings=self._surroundings)

    def _send(self, connection: psycopg.Connection, file: File) -> list[Ran]:
        send = send_whole if self._layout.sends_whole else send_each
        return send(connection, file)

    def _apply(
        self, connection: psycopg.Connection, file: File, mode: str, write: Write, migration: Migration
    ) -> list[Ran]:
        if mode != modes.TRANSACTION or self._layout.sends_whole:
            ran = self._send(connection, file)
            require_ended(connection, file)
            self._write(connection, write, migration)
            return ran
        command(connection, file, "BEGIN")
        ran = self._send(connection, file)
        self._write(connection, write, migration)
        command(connection, file, "COMMIT")
        return ran

    def _write(self, connection: psycopg.Connection, write: Write, migration: Migration) -> None:
        table = self.history_table
        what = f"the row of {migration.version} in {table.schema}.{table.table}"
        with blaming(connection, Place(path=migration.up, statement=what)):
            write(connection, self.history, migration)


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    connection = connect(url)
    try:
        yield connection
    finally:
        connection.close()

"""The built-in runner of SQL files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import psycopg

from pgproof.server.session import connect
from pgproof.tool import Body, History, HistoryTable, Migration, Ran, Recorded, layouts, modes
from pgproof.tool.body import judge, together
from pgproof.tool.failures import Place, blaming
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.ledger import Ledger, RowLedger
from pgproof.tool.sending import File, command, require_accepted, require_ended, require_open, send_each, send_whole
from pgproof.tool.statements import EMPTY
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
    def _singly(self) -> History:
        """The history as the history table counts it."""
        return self.history.singly

    @cached_property
    def _surroundings(self) -> Surroundings:
        sides = ((p, down) for m in self._singly.migrations for p, down in ((m.up, False), (m.down, True)))
        return survey(self._layout.script(p, down=down) for p, down in sides if p is not None)

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

    def recorded_on(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the rows of the history table as a connection sees them, its open transaction included.

        A group has one row, that of its last part; the rows of its other parts are not told.
        """
        rows = self._ledger.recorded(connection)
        if self._singly is self.history:
            return rows
        whole = {m.parts[-1].version: m.version for m in self.history.migrations if m.parts}
        pieces = {part.version for m in self.history.migrations for part in m.parts[:-1]}
        return tuple(replace(r, version=whole.get(r.version, r.version)) for r in rows if r.version not in pieces)

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

    def _parts(self, version: str, *, down: bool = False) -> Sequence[Migration]:
        """Return what makes up a version, in the order in which it is run."""
        migration = self._migrations[version]
        parts = migration.parts or (migration,)
        return parts[::-1] if down else parts

    def _file(self, migration: Migration, *, down: bool = False) -> File:
        path = migration.down if down else migration.up
        script = EMPTY if path is None else self._layout.script(path, down=down)
        return File(path=path or migration.up, script=script, surroundings=self._surroundings)

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

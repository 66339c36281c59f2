"""A history of SQL files, as whoever applies it has to know it: its layout, its records, its statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import psycopg

from pgproof.tool import History, HistoryTable, Migration, Recorded, layouts
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.ledger import Ledger, RowLedger
from pgproof.tool.sending import File
from pgproof.tool.statements import EMPTY
from pgproof.tool.surroundings import Surroundings, survey


@dataclass(frozen=True)
class OfFiles:
    """What tools share whose migrations are files; ``table`` replaces the layout's history table."""

    history: History
    table: HistoryTable | None = None

    @property
    def history_table(self) -> HistoryTable:
        """Where versions are recorded."""
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
    def _singly(self) -> History:
        """The history as the history table counts it."""
        return self.history.singly

    @cached_property
    def _surroundings(self) -> Surroundings:
        sides = ((p, down) for m in self._singly.migrations for p, down in ((m.up, False), (m.down, True)))
        return survey(self._layout.script(p, down=down) for p, down in sides if p is not None)

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

    def _parts(self, version: str, *, down: bool = False) -> Sequence[Migration]:
        """Return what makes up a version, in the order in which it is run."""
        migration = self._migrations[version]
        parts = migration.parts or (migration,)
        return parts[::-1] if down else parts

    def _file(self, migration: Migration, *, down: bool = False) -> File:
        path = migration.down if down else migration.up
        script = EMPTY if path is None else self._layout.script(path, down=down)
        return File(path=path or migration.up, script=script, surroundings=self._surroundings)

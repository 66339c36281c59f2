"""What the history tables of tools that keep one row for each version have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, LiteralString

import psycopg
from psycopg import sql

from pgproof.tool import History, HistoryTable, Migration, Recorded
from pgproof.tool.ledger import exists, not_in, relation


class Rows(ABC):
    """One row for each applied version, in a table as the tool itself makes it; no lock."""

    table: ClassVar[HistoryTable]
    made_by: ClassVar[LiteralString]
    """The statements by which the tool makes its table; as one query."""
    order: ClassVar[LiteralString] = "pg_catalog.age(xmin) DESC, ctid"
    """The order in which rows were written."""

    @abstractmethod
    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Write that a migration has been applied."""

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table unless it is there."""
        if not exists(connection, self.table):
            connection.execute(self.made_by, prepare=False)

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Delete the row."""
        delete = sql.SQL("DELETE FROM {} WHERE {}::text = %s").format(
            relation(self.table), sql.Identifier(self.table.version)
        )
        connection.execute(delete, (migration.version,), prepare=False)

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the rows as they were written."""
        if not exists(connection, self.table):
            return ()
        at = self.table.applied_at
        select = sql.SQL("SELECT {}::text, {}::text FROM {} ORDER BY {}").format(
            sql.Identifier(self.table.version),
            sql.SQL("NULL") if at is None else sql.Identifier(at),
            relation(self.table),
            sql.SQL(self.order),
        )
        rows = connection.execute(select, prepare=False).fetchall()
        return tuple(Recorded(version=version, applied_at=applied_at) for version, applied_at in rows)

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations without a row."""
        return not_in(self.recorded(connection), history)

    def lock(self, connection: psycopg.Connection, history: History) -> None:  # noqa: B027 - most tools take none
        """Take no lock."""

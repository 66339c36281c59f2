"""How versions are recorded: the table for layouts without a tool of their own, and any that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString, Protocol

import psycopg
from psycopg import sql

from pgproof.tool import History, HistoryTable, Migration, Recorded


class Ledger(Protocol):
    """Who writes and reads the rows of a history table, on a connection that may have a transaction open."""

    @property
    def table(self) -> HistoryTable:
        """Where the rows are."""
        ...

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table, and its schema, unless it is there."""
        ...

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Write that a migration has been applied."""
        ...

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Take that back."""
        ...

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the rows in the order in which they were written; none where there is no table."""
        ...

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations on disk that are not applied, in order."""
        ...

    def lock(self, connection: psycopg.Connection, history: History) -> None:
        """Wait for the lock that the layout's own tool takes; closing the connection gives it back."""
        ...


GENERIC = HistoryTable(schema="public", table="pgproof_history", version="version", applied_at="applied_at")

_NOW: LiteralString = "pg_catalog.clock_timestamp()"


def relation(table: HistoryTable) -> sql.Identifier:
    """Return the table's qualified name for a statement."""
    return sql.Identifier(table.schema, table.table)


def exists(connection: psycopg.Connection, table: HistoryTable) -> bool:
    """Return whether the table is there; a view of its name is none."""
    row = connection.execute(
        "SELECT c.relkind IN ('r', 'p') FROM pg_catalog.pg_class c"
        " WHERE c.oid = pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', %s::text, %s::text))",
        (table.schema, table.table),
        prepare=False,
    ).fetchone()
    return bool(row and row[0])


def create(connection: psycopg.Connection, table: HistoryTable, columns: sql.Composable) -> None:
    """Make a history table of these columns, and its schema, unless it is there."""
    if exists(connection, table):
        return
    schema = sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(table.schema))
    connection.execute(schema, prepare=False)
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(relation(table), columns), prepare=False)


def not_in(recorded: Sequence[Recorded], history: History) -> tuple[Migration, ...]:
    """Return the migrations on disk that have no row."""
    known = {r.version for r in recorded}
    return tuple(m for m in history.migrations if m.version not in known)


@dataclass(frozen=True, slots=True)
class RowLedger:
    """One row for each version, in ``pgproof_history`` or in a table that the settings name, e.g. ``seaql_migrations``.

    A table that is there keeps its types. One that is made is like SeaORM's: ``version varchar``, and the time, where
    there is a column for it, as seconds since 1970 in a ``bigint``.
    """

    table: HistoryTable = GENERIC

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table, and its schema, unless it is there."""
        create(connection, self.table, self._columns())

    def _columns(self) -> sql.Composable:
        if self.table == GENERIC:
            return sql.SQL("version text PRIMARY KEY, applied_at timestamptz NOT NULL, ord int NOT NULL")
        version = sql.SQL("{} varchar PRIMARY KEY").format(sql.Identifier(self.table.version))
        if self.table.applied_at is None:
            return version
        return sql.SQL("{}, {} bigint NOT NULL").format(version, sql.Identifier(self.table.applied_at))

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Write a row."""
        columns, values = [sql.Identifier(self.table.version)], [sql.SQL("%s")]
        if self.table.applied_at is not None:
            columns.append(sql.Identifier(self.table.applied_at))
            values.append(sql.SQL(_NOW if self.table == GENERIC else self._clock(connection)))
        if self.table == GENERIC:
            columns.append(sql.Identifier("ord"))
            values.append(sql.SQL("(SELECT coalesce(max(ord), 0) + 1 FROM public.pgproof_history)"))
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            relation(self.table), sql.SQL(", ").join(columns), sql.SQL(", ").join(values)
        )
        connection.execute(insert, (migration.version,), prepare=False)

    def _clock(self, connection: psycopg.Connection) -> LiteralString:
        row = connection.execute(
            "SELECT atttypid::pg_catalog.regtype::text FROM pg_catalog.pg_attribute a"
            " JOIN pg_catalog.pg_class c ON c.oid = attrelid JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = %s AND relname = %s AND attname = %s",
            (self.table.schema, self.table.table, self.table.applied_at),
            prepare=False,
        ).fetchone()
        if row and row[0] in ("bigint", "integer", "numeric", "double precision"):
            return "pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp()))"
        if row and row[0] in ("text", "character varying"):
            return "pg_catalog.clock_timestamp()::text"
        return _NOW

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Delete the row."""
        delete = sql.SQL("DELETE FROM {} WHERE {}::text = %s").format(
            relation(self.table), sql.Identifier(self.table.version)
        )
        connection.execute(delete, (migration.version,), prepare=False)

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the rows as they were written: by ``ord``, else by time and then by the transaction of each."""
        if not exists(connection, self.table):
            return ()
        at = self.table.applied_at
        order: list[sql.Composable] = [sql.SQL("pg_catalog.age(xmin) DESC"), sql.SQL("ctid")]
        if self.table == GENERIC:
            order.insert(0, sql.SQL("ord"))
        elif at is not None:
            order.insert(0, sql.Identifier(at))
        select = sql.SQL("SELECT {}::text, {} FROM {} ORDER BY {}").format(
            sql.Identifier(self.table.version),
            sql.SQL("NULL") if at is None else sql.SQL("{}::text").format(sql.Identifier(at)),
            relation(self.table),
            sql.SQL(", ").join(order),
        )
        rows = connection.execute(select, prepare=False).fetchall()
        return tuple(Recorded(version=version, applied_at=applied_at) for version, applied_at in rows)

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations without a row."""
        return not_in(self.recorded(connection), history)

    def lock(self, connection: psycopg.Connection, history: History) -> None:
        """Take no lock."""

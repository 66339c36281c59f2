"""Sourcegraph's log of migrations, and its lock."""

from __future__ import annotations

from importlib.resources import files

import psycopg

from pgproof.tool import History, HistoryTable, Migration, Recorded
from pgproof.tool.ledger import exists, not_in

_SCHEMA_VERSION = 2
_TABLES = {"codeintel": "codeintel_schema_migrations", "codeinsights": "codeinsights_schema_migrations"}
_FNV_PRIME, _FNV_OFFSET = 16777619, 2166136261


class MigrationLogs:
    """``migration_logs``: one row for each run in either direction."""

    table = HistoryTable(schema="public", table="migration_logs", version="version", applied_at="started_at")

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table unless it is there."""
        if not exists(connection, self.table):
            connection.execute(files(__package__).joinpath("sourcegraph_log.sql").read_bytes(), prepare=False)

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Write that an up has succeeded."""
        self._log(connection, history, migration, is_up=True)

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Write that a down has succeeded."""
        self._log(connection, history, migration, is_up=False)

    def _log(self, connection: psycopg.Connection, history: History, migration: Migration, *, is_up: bool) -> None:
        connection.execute(
            "INSERT INTO public.migration_logs"
            " (migration_logs_schema_version, schema, version, up, started_at, finished_at, success)"
            " VALUES (%s, %s, %s, %s, pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(), true)",
            (_SCHEMA_VERSION, _schema(history), int(migration.version), is_up),
            prepare=False,
        )

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the versions whose newest run was an up that succeeded."""
        if not exists(connection, self.table):
            return ()
        rows = connection.execute(
            "SELECT version::text, started_at::text FROM (SELECT DISTINCT ON (schema, version) * FROM"
            " public.migration_logs WHERE up OR success ORDER BY schema, version, id DESC) newest"
            " WHERE up AND success ORDER BY id",
            prepare=False,
        ).fetchall()
        return tuple(Recorded(version=version, applied_at=at) for version, at in rows)

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations that are not applied."""
        return not_in(self.recorded(connection), history)

    def lock(self, connection: psycopg.Connection, history: History) -> None:
        """Take Sourcegraph's own advisory lock, of two numbers: a hash of the schema's name, and 0."""
        number = _fnv1(f"{_schema(history)}:migrations")
        connection.execute("SELECT pg_catalog.pg_advisory_lock(%s, 0)", (number,), prepare=False)


def _schema(history: History) -> str:
    return _TABLES.get(history.root.name, "schema_migrations")


def _fnv1(text: str) -> int:
    number = _FNV_OFFSET
    for byte in text.encode():
        number = number * _FNV_PRIME % 2**32 ^ byte
    return number - 2**32 if number >= 2**31 else number

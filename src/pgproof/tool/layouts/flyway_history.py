"""Flyway's history table, its checksums and its lock."""

from __future__ import annotations

import re
import zlib
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import sql

from pgproof.tool import History, HistoryTable, Migration, Recorded
from pgproof.tool.ledger import exists
from pgproof.tool.statements import read_text

_MAGIC = int.from_bytes(b"Flyway", "big")
_IDENTITY = '"public"."flyway_schema_history"'
_BREAK = re.compile(r"\r\n|\n|\r")
_VERSION = sql.SQL(r"coalesce(version, pg_catalog.regexp_replace(script, '^(.*/)?(.*)\.sql$', '\2'))")


class FlywayHistory:
    """``flyway_schema_history``: one row for each run, with the CRC-32 of the file's lines."""

    table = HistoryTable(schema="public", table="flyway_schema_history", version="version", applied_at="installed_on")

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table unless it is there."""
        if not exists(connection, self.table):
            connection.execute(files(__package__).joinpath("flyway_history.sql").read_bytes(), prepare=False)

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Write a success."""
        name, _, text = migration.up.stem.partition("__")
        connection.execute(
            "INSERT INTO public.flyway_schema_history"
            " (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)"
            " SELECT coalesce(max(installed_rank), 0) + 1, %s, %s, 'SQL', %s, %s, current_user, 0, true"
            " FROM public.flyway_schema_history",
            (
                None if name == "R" else migration.version,
                text.replace("_", " "),
                _relative(migration.up, history),
                checksum(migration.up),
            ),
            prepare=False,
        )

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Delete the rows of this migration."""
        delete = sql.SQL("DELETE FROM public.flyway_schema_history WHERE {} = %s").format(_VERSION)
        connection.execute(delete, (migration.version,), prepare=False)

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return what was run with success, in order; what was run again stands where it was run last."""
        return tuple(Recorded(version=version, applied_at=at) for version, at, _ in self._rows(connection))

    def _rows(self, connection: psycopg.Connection) -> list[tuple[str, str, int]]:
        if not exists(connection, self.table):
            return []
        select = sql.SQL(
            "SELECT {}, installed_on::text, checksum FROM public.flyway_schema_history"
            " WHERE success AND type = 'SQL' ORDER BY installed_rank"
        ).format(_VERSION)
        rows = connection.execute(select, prepare=False).fetchall()
        newest = {version: number for number, (version, _, _) in enumerate(rows)}
        return [row for number, row in enumerate(rows) if newest[row[0]] == number]

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations that were not run, and the repeatable ones that are no longer what was run."""
        run = {version: crc for version, _, crc in self._rows(connection)}
        return tuple(
            m
            for m in history.migrations
            if m.version not in run or (m.version.startswith("R__") and run[m.version] != checksum(m.up))
        )

    def lock(self, connection: psycopg.Connection, history: History) -> None:  # noqa: ARG002 - the protocol's
        """Take Flyway's own advisory lock: its name in ASCII plus Java's hash of the table's name."""
        number = _MAGIC + _java_hash(_IDENTITY)
        connection.execute("SELECT pg_catalog.pg_advisory_lock(%s)", (number,), prepare=False)


def checksum(path: Path) -> int:
    """Return the signed CRC-32 of the lines of a file without their ends."""
    number = zlib.crc32("".join(_BREAK.split(read_text(path))).encode())
    return number - 2**32 if number >= 2**31 else number


def _relative(up: Path, history: History) -> str:
    root = next((r for r in (history.root, *history.roots) if up.is_relative_to(r)), up.parent)
    return up.relative_to(root).as_posix()


def _java_hash(text: str) -> int:
    number = 0
    for letter in text:
        number = (31 * number + ord(letter)) % 2**32
    return number - 2**32 if number >= 2**31 else number

"""Prisma: ``<stamp>_<name>/migration.sql``, up only. The version of a migration is the name of its directory."""

from __future__ import annotations

import hashlib
import re
import tomllib
import uuid
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import psycopg

from pgproof.errors import HistoryFault
from pgproof.tool import History, HistoryTable, Migration, Recorded, modes
from pgproof.tool.layouts.layout import Entry, Layout, history, lines
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.ledger import exists, not_in
from pgproof.tool.statements import Script, read_text
from pgproof.tool.surroundings import Surroundings

_LOCK_FILE = "migration_lock.toml"
_STAMPED = re.compile(r"[0-9]+_")
_LOCK_ID = 72707369


@dataclass(frozen=True, slots=True)
class PrismaMigrations:
    """``_prisma_migrations``: one row for each application, with the SHA-256 of the file."""

    table: HistoryTable = field(
        default=HistoryTable(
            schema="public", table="_prisma_migrations", version="migration_name", applied_at="finished_at"
        )
    )

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table unless it is there."""
        if not exists(connection, self.table):
            connection.execute(files(__package__).joinpath("prisma_history.sql").read_bytes(), prepare=False)

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Write a finished application."""
        checksum = hashlib.sha256(migration.up.read_bytes()).hexdigest()
        connection.execute(
            "INSERT INTO public._prisma_migrations"
            " (id, checksum, finished_at, migration_name, started_at, applied_steps_count)"
            " VALUES (%s, %s, pg_catalog.clock_timestamp(), %s, pg_catalog.clock_timestamp(), 1)",
            (str(uuid.uuid4()), checksum, migration.version),
            prepare=False,
        )

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Delete the rows of this migration."""
        delete = "DELETE FROM public._prisma_migrations WHERE migration_name = %s"
        connection.execute(delete, (migration.version,), prepare=False)

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the applications that finished and were not rolled back, in order."""
        if not exists(connection, self.table):
            return ()
        rows = connection.execute(
            "SELECT migration_name::text, finished_at::text FROM public._prisma_migrations"
            " WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL"
            " ORDER BY started_at, pg_catalog.age(xmin) DESC, ctid",
            prepare=False,
        ).fetchall()
        return tuple(Recorded(version=name, applied_at=at) for name, at in rows)

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations that were not applied."""
        return not_in(self.recorded(connection), history)

    def lock(self, connection: psycopg.Connection, history: History) -> None:  # noqa: ARG002 - the protocol's
        """Take Prisma's own advisory lock."""
        connection.execute("SELECT pg_catalog.pg_advisory_lock(%s)", (_LOCK_ID,), prepare=False)


class Prisma(Layout):
    """Each file is sent as one query; directories are applied in the order of their names as text."""

    name: ClassVar[str] = "prisma"
    shape: ClassVar[str] = "<stamp>_<name>/migration.sql, and migration_lock.toml"
    ledger = PrismaMigrations()
    sends_whole: ClassVar[bool] = True
    begin: ClassVar[str] = ""

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files called migration.sql one level down."""
        return tuple(f for folder in listing.folders if (f := folder / "migration.sql").is_file())

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the directories' names."""
        ups = self.claims(listing)
        lock = [f for f in listing.files if f.name == _LOCK_FILE]
        for file in lock:
            _require_postgresql(file)
        without = [f for f in listing.folders if _STAMPED.match(f.name) and f / "migration.sql" not in ups]
        return history(
            self,
            listing,
            [Entry(version=up.parent.name, up=up) for up in ups],
            has_downs=False,
            own=lock,
            faults=[f"{folder.name} holds no migration.sql" for folder in without],
            inside=[p for up in ups for p in sorted(up.parent.iterdir()) if p != up],
        )

    def content(self, up: Path) -> bytes:
        """Return the whole file: Prisma minds blank edges, and no line ends."""
        return lines(read_text(up)).encode()

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode of one query for the whole file."""
        return modes.of_one_query(script, surroundings)


def _require_postgresql(file: Path) -> None:
    try:
        provider = tomllib.loads(read_text(file)).get("provider", "postgresql")
    except tomllib.TOMLDecodeError as exc:
        raise HistoryFault(f"{file} is no TOML: {exc}.", "Mend it, or take it away.") from exc
    if provider not in ("postgresql", "postgres", "cockroachdb"):
        raise HistoryFault(
            f"{file} says that these migrations are for {provider}.", "Name a directory of migrations for PostgreSQL."
        )

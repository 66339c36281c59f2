"""golang-migrate: ``<integer>_<name>.up.sql`` and ``.down.sql``, paired by the integer alone.

The version of a migration is the integer as the tool's table holds it, ``1`` for ``000001_create_users.up.sql``; its
label is the name of the file.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psycopg
from psycopg import sql

from pgproof.tool import History, HistoryTable, Migration, Recorded, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.ledger import create, exists, relation
from pgproof.tool.statements import EMPTY, Script, read
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"([0-9]+)_(.*)\.(up|down)\.sql", re.DOTALL)
_LOCK_SALT = 1486364155


@dataclass(frozen=True, slots=True)
class LastVersion:
    """``schema_migrations(version bigint, dirty bool)``, which holds one row: the newest version."""

    table: HistoryTable = field(
        default=HistoryTable(
            schema="public", table="schema_migrations", version="version", applied_at=None, keeps_only_last=True
        )
    )

    def create(self, connection: psycopg.Connection) -> None:
        """Make the table unless it is there."""
        create(connection, self.table, sql.SQL("version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL"))

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Let the one row be this version."""
        self._be(connection, migration.version)

    def unrecord(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:
        """Let the one row be the version before this one, if it is this one; none before the first."""
        if [r.version for r in self.recorded(connection)] != [migration.version]:
            return
        position = history.migrations.index(migration)
        self._be(connection, history.migrations[position - 1].version if position else None)

    def _be(self, connection: psycopg.Connection, version: str | None) -> None:
        connection.execute(sql.SQL("DELETE FROM {}").format(relation(self.table)), prepare=False)
        if version is not None:
            insert = sql.SQL("INSERT INTO {} (version, dirty) VALUES (%s, false)").format(relation(self.table))
            connection.execute(insert, (version,), prepare=False)

    def recorded(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return the one row, if there is one."""
        if not exists(connection, self.table):
            return ()
        select = sql.SQL("SELECT version::text FROM {} ORDER BY version").format(relation(self.table))
        rows = connection.execute(select, prepare=False).fetchall()
        return tuple(Recorded(version=version, applied_at=None) for (version,) in rows)

    def pending(self, connection: psycopg.Connection, history: History) -> tuple[Migration, ...]:
        """Return the migrations above the recorded number."""
        last = max((int(r.version) for r in self.recorded(connection)), default=-1)
        return tuple(m for m in history.migrations if int(m.version) > last)

    def lock(self, connection: psycopg.Connection, history: History) -> None:  # noqa: ARG002 - the protocol's
        """Take the advisory lock of golang-migrate's program: a salted checksum of schema, table and the URL's path."""
        name = f"{self.table.schema}\0{self.table.table}\0/{connection.info.dbname}"
        number = zlib.crc32(name.encode()) * _LOCK_SALT % 2**32
        connection.execute("SELECT pg_catalog.pg_advisory_lock(%s)", (number,), prepare=False)


class GolangMigrate(Layout):
    """Each file is sent as one query."""

    name: ClassVar[str] = "golang-migrate"
    shape: ClassVar[str] = "<integer>_<name>.up.sql, and .down.sql"
    ledger = LastVersion()
    sends_whole: ClassVar[bool] = True
    begin: ClassVar[str] = ""

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that have a number and a direction."""
        return tuple(p for p in listing.files if _FILE.fullmatch(p.name))

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the numbers."""
        files = [(int(m[1]), m[3], p) for p in listing.files if (m := _FILE.fullmatch(p.name))]
        pairs = pair(files)
        entries = [
            Entry(version=str(number), up=up, down=pairs.downs.get(number), label=up.name.removesuffix(".up.sql"))
            for number, up in pairs.ups.items()
        ]
        # to golang-migrate, a down by itself is a version, whose up is empty
        orphans = {p: number for number, _, p in files if p in pairs.orphan_downs}
        entries += [Entry(version=str(n), up=p, down=p, label=p.name) for p, n in orphans.items()]
        entries.sort(key=lambda entry: int(entry.version))
        return history(self, listing, entries, has_downs=True, orphan_downs=pairs.orphan_downs, faults=pairs.twice)

    def script(self, path: Path, *, down: bool) -> Script:
        """Return the file; nothing for the up of a down by itself."""
        return EMPTY if not down and path.name.endswith(".down.sql") else read(path)

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode of one query for the whole file."""
        return modes.of_one_query(script, surroundings)

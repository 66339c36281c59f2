"""sqlx: ``<integer>_<name>.sql``, or ``.up.sql`` and ``.down.sql``; a first line ``-- no-transaction`` for a file.

The names are those of numbered files and of golang-migrate, too: it is sqlx where Cargo.toml names it or where a file
opts out of its transaction.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from pathlib import Path
from typing import ClassVar, LiteralString

import psycopg

from pgproof.tool import History, HistoryTable, Migration, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.neighbours import named_above
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.layouts.rows import Rows
from pgproof.tool.statements import Script, read_text
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"([+-]?[0-9]+)_(.*?)(?:\.(up|down))?\.sql", re.DOTALL)
_OUTSIDE = "-- no-transaction"
_LOCK_SALT = 0x3D32AD9E
_SUFFIXES = (".up.sql", ".down.sql", ".sql")


class SqlxMigrations(Rows):
    """``_sqlx_migrations``, with the SHA-384 of the file."""

    table = HistoryTable(schema="public", table="_sqlx_migrations", version="version", applied_at="installed_on")
    made_by: ClassVar[LiteralString] = (
        "CREATE TABLE public._sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,"
        " installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL,"
        " checksum bytea NOT NULL, execution_time bigint NOT NULL)"
    )
    order: ClassVar[LiteralString] = "installed_on, version"

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Write a success; the time that it took stays -1, as sqlx first writes it."""
        connection.execute(
            "INSERT INTO public._sqlx_migrations (version, description, success, checksum, execution_time)"
            " VALUES (%s, %s, true, %s, -1)",
            (int(migration.version), _description(migration.up), hashlib.sha384(migration.up.read_bytes()).digest()),
            prepare=False,
        )

    def lock(self, connection: psycopg.Connection, history: History) -> None:  # noqa: ARG002 - the protocol's
        """Take sqlx's own advisory lock: a salted checksum of the database's name."""
        number = _LOCK_SALT * zlib.crc32(connection.info.dbname.encode())
        connection.execute("SELECT pg_catalog.pg_advisory_lock(%s)", (number,), prepare=False)


class Sqlx(Layout):
    """Each file is sent as one query in a transaction, unless its first line says otherwise."""

    name: ClassVar[str] = "sqlx"
    shape: ClassVar[str] = "<integer>_<name>.sql, or .up.sql and .down.sql, beside a Cargo.toml with sqlx"
    ledger = SqlxMigrations()
    sends_whole: ClassVar[bool] = True
    is_marked: ClassVar[bool] = True

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that have a number, where sqlx is near."""
        files = tuple(p for p in listing.files if _FILE.fullmatch(p.name))
        is_marked = any(read_text(p).startswith(_OUTSIDE) for p in files)
        return files if is_marked or named_above(listing.root, "Cargo.toml", "sqlx") else ()

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the numbers."""
        found = [(int(m[1]), m[3] or "up", p) for p in listing.files if (m := _FILE.fullmatch(p.name))]
        pairs = pair(found)
        entries = (
            Entry(version=str(number), up=up, down=pairs.downs.get(number), label=_stem(up))
            for number, up in sorted(pairs.ups.items())
        )
        stops = [p.name for p in listing.files if "_" in p.name and p.suffix == ".sql" and not _FILE.fullmatch(p.name)]
        return history(
            self,
            listing,
            entries,
            has_downs=any(direction == "down" for _, direction, _ in found),
            orphan_downs=pairs.orphan_downs,
            faults=[*pairs.twice, *(f"sqlx stops at {name}: no integer before its first _" for name in stops)],
        )

    def content(self, up: Path) -> bytes:
        """Return the bytes: sqlx minds line ends."""
        return up.read_bytes()

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:
        """Return the mode that the first line asks for; a byte order mark before it hides it, as from sqlx."""
        outside = path.read_bytes().startswith(_OUTSIDE.encode())
        return modes.of_tool(script, surroundings, outside=outside)


def _suffix(name: str) -> str:
    return next(suffix for suffix in _SUFFIXES if name.endswith(suffix))


def _stem(up: Path) -> str:
    return up.name.removesuffix(_suffix(up.name))


def _description(up: Path) -> str:
    text, suffix = up.name.partition("_")[2], _suffix(up.name)
    while text.endswith(suffix):
        text = text.removesuffix(suffix)
    return text.replace("_", " ")

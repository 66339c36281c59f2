"""Diesel: ``<version>_<name>/up.sql`` and ``down.sql``; ``metadata.toml`` beside them may turn the transaction off.

The version of a migration is what stands before the first ``_`` of its folder, without any ``-``; versions are compared
as text, so that 8 digits and 14 mix.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import ClassVar, LiteralString

import psycopg

from pgproof.tool import History, HistoryTable, Migration, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.rows import Rows
from pgproof.tool.statements import Script, read, refused
from pgproof.tool.surroundings import Surroundings

_METADATA = "metadata.toml"


class DieselMigrations(Rows):
    """``__diesel_schema_migrations``."""

    table = HistoryTable(schema="public", table="__diesel_schema_migrations", version="version", applied_at="run_on")
    made_by: ClassVar[LiteralString] = (
        "CREATE TABLE public.__diesel_schema_migrations (version varchar(50) PRIMARY KEY NOT NULL,"
        " run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)"
    )
    order: ClassVar[LiteralString] = "run_on, version"

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Write a row."""
        insert = "INSERT INTO public.__diesel_schema_migrations (version) VALUES (%s)"
        connection.execute(insert, (migration.version,), prepare=False)


class Diesel(Layout):
    """Each file is sent as one query in a transaction, unless ``metadata.toml`` says otherwise."""

    name: ClassVar[str] = "diesel"
    shape: ClassVar[str] = "<version>_<name>/up.sql, and down.sql"
    ledger = DieselMigrations()
    sends_whole: ClassVar[bool] = True
    on_lost_transaction: ClassVar[str] = "Cannot perform this operation outside of a transaction"

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files called up.sql one level down, unless a metadata.yaml makes them Sourcegraph's."""
        return tuple(f / "up.sql" for f in _folders(listing) if _is_migration(f) and not _is_sourcegraphs(f))

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the versions as text."""
        by_version: dict[str, list[Path]] = {}
        for folder in filter(_is_migration, _folders(listing)):
            by_version.setdefault(_version(folder), []).append(folder)
        chosen = {version: folders[0] for version, folders in sorted(by_version.items())}
        twice = [
            f"version {version} is used {len(folders)} times: {', '.join(f.name for f in folders)}; "
            "Diesel runs one of them, and not always the same"
            for version, folders in sorted(by_version.items())
            if len(folders) > 1
        ]
        empty = [f.name for f in _folders(listing) if not _is_migration(f)]
        files = {p for f in chosen.values() for p in (f / "up.sql", f / "down.sql")}
        return history(
            self,
            listing,
            [Entry(version=v, up=f / "up.sql", down=_down(f), label=f.name) for v, f in chosen.items()],
            has_downs=True,
            own=[f / _METADATA for f in chosen.values()],
            orphan_downs=[f / "down.sql" for f in _folders(listing) if _down(f) and not _is_migration(f)],
            faults=[*twice, *(f"Diesel stops at {name}: it holds no up.sql" for name in empty)],
            inside=[p for f in chosen.values() for p in sorted(f.iterdir()) if p not in files],
        )

    def script(self, path: Path, *, down: bool) -> Script:  # noqa: ARG002 - the protocol's
        """Return the file; Diesel refuses one without a statement, as PostgreSQL's answer to it is none."""
        script = read(path)
        return script if script.statements else refused(script.text, "it holds no statement")

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:
        """Return the mode that metadata.toml asks for, for both directions."""
        return modes.of_tool(script, surroundings, outside=_is_outside(path.parent / _METADATA))


def _folders(listing: Listing) -> tuple[Path, ...]:
    return tuple(f for f in listing.folders if not f.name.startswith("."))


def _is_migration(folder: Path) -> bool:
    return (folder / "up.sql").exists()


def _is_sourcegraphs(folder: Path) -> bool:
    return (folder / "metadata.yaml").exists()


def _version(folder: Path) -> str:
    return folder.name.partition("_")[0].replace("-", "")


def _down(folder: Path) -> Path | None:
    down = folder / "down.sql"
    return down if down.exists() else None


def _is_outside(metadata: Path) -> bool:
    """Return whether the transaction is off: as Diesel has it, without the key it is, in a broken file not."""
    try:
        found = tomllib.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    value = found.get("run_in_transaction", False)
    return value is False

"""pop and popx: ``<digits>_<name>[.<dialect>].(up|down).sql``, in the folders below, too; popx adds ``.autocommit``.

The version of a migration is its digits, as text. A file for PostgreSQL wins over one for all databases, and one for
another database is left out. pop's Fizz files and Go templates are not read: a template's marks reach the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, LiteralString

import psycopg

from pgproof.tool import History, HistoryTable, Migration, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing, below
from pgproof.tool.layouts.neighbours import named_above
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.layouts.rows import Rows
from pgproof.tool.statements import Script
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"([0-9]+)_([^.]+)(?:\.(?!autocommit\.)([a-z0-9]+))?(\.autocommit)?\.(up|down)\.sql")
_FIZZ = re.compile(r"[0-9]+_[^.]+\.(up|down)\.fizz")
_OURS = frozenset({"postgres", "postgresql", "pg"})
_DIALECTS = _OURS | {"mysql", "mariadb", "sqlite", "sqlite3", "cockroach", "cockroachdb", "crdb"}
_POP_DIGITS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    path: Path
    version: str
    dialect: str
    """Empty for all."""
    is_autocommit: bool
    direction: str


def _parse(path: Path) -> _Name | None:
    match = _FILE.fullmatch(path.name)
    if match is None:
        return None
    return _Name(path=path, version=match[1], dialect=match[3] or "", is_autocommit=bool(match[4]), direction=match[5])


class PopMigrations(Rows):
    """``schema_migration`` as pop makes it, which holds nothing but the versions."""

    table = HistoryTable(schema="public", table="schema_migration", version="version", applied_at=None)
    made_by: ClassVar[LiteralString] = (
        "CREATE TABLE public.schema_migration (version varchar(14) NOT NULL, PRIMARY KEY (version));"
        " CREATE UNIQUE INDEX schema_migration_version_idx ON public.schema_migration (version)"
    )

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Write a row."""
        insert = "INSERT INTO public.schema_migration (version) VALUES (%s)"
        connection.execute(insert, (migration.version,), prepare=False)


class PopxMigrations(PopMigrations):
    """``schema_migration`` as popx makes it."""

    made_by: ClassVar[LiteralString] = (
        "CREATE TABLE public.schema_migration (version varchar(48) NOT NULL, version_self integer NOT NULL DEFAULT 0);"
        " CREATE UNIQUE INDEX schema_migration_version_idx ON public.schema_migration (version);"
        " CREATE INDEX schema_migration_version_self_idx ON public.schema_migration (version_self)"
    )


class Pop(Layout):
    """Each file is sent as one query in a transaction."""

    name: ClassVar[str] = "pop"
    shape: ClassVar[str] = "<digits>_<name>[.<dialect>].(up|down).sql, beside Fizz files or a go.mod with pop"
    ledger: PopMigrations = PopMigrations()
    sends_whole: ClassVar[bool] = True
    is_marked: ClassVar[bool] = True

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that are named so, where pop is near."""
        files = below(listing)
        names = [n for n in map(_parse, files) if n]
        is_near = self._is_near(listing.root, files, names)
        return tuple(n.path for n in names) if is_near else ()

    def _is_near(self, root: Path, files: Iterable[Path], names: list[_Name]) -> bool:
        if _is_popx(root, names):
            return False
        has_marks = any(n.dialect in _DIALECTS for n in names) or any(_FIZZ.fullmatch(p.name) for p in files)
        return has_marks or named_above(root, "go.mod", r"github\.com/gobuffalo/pop(?:/v[0-9]+)?")

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the versions as text."""
        files = below(listing)
        names = _for_postgresql([n for n in map(_parse, files) if n])
        pairs = pair((n.version, n.direction, n.path) for n in names)
        return history(
            self,
            listing,
            [Entry(version=v, up=up, down=pairs.downs.get(v), label=_label(up)) for v, up in sorted(pairs.ups.items())],
            has_downs=True,
            orphan_downs=pairs.orphan_downs,
            faults=[*pairs.twice, *self._stops(pairs.ups, pairs.downs)],
            inside=files,
        )

    def _stops(self, ups: Iterable[str], downs: Iterable[str]) -> list[str]:  # noqa: ARG002 - popx's
        return []

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:
        """Return the mode that the file's name asks for."""
        name = _parse(path)
        return modes.of_tool(script, surroundings, outside=bool(name and name.is_autocommit))


class Popx(Pop):
    """Each file is sent as one query in a serializable transaction, unless its name says otherwise."""

    name: ClassVar[str] = "popx"
    shape: ClassVar[str] = "<digits>_<name>[.<dialect>][.autocommit].(up|down).sql, beside a go.mod with ory/x"
    ledger: PopMigrations = PopxMigrations()
    begin: ClassVar[str] = "BEGIN ISOLATION LEVEL SERIALIZABLE"

    def _is_near(self, root: Path, files: Iterable[Path], names: list[_Name]) -> bool:  # noqa: ARG002 - pop's
        return _is_popx(root, names)

    def _stops(self, ups: Iterable[str], downs: Iterable[str]) -> list[str]:
        known = frozenset(downs)
        return [f"popx runs nothing: version {version} has no down" for version in sorted(ups) if version not in known]


def _is_popx(root: Path, names: Iterable[_Name]) -> bool:
    names = tuple(names)
    if any(n.is_autocommit for n in names):
        return True
    has_dialects = any(n.dialect in _DIALECTS for n in names)
    if has_dialects and any(len(n.version) > _POP_DIGITS for n in names):
        return True
    return bool(names) and named_above(root, "go.mod", r"github\.com/ory/x")


def _for_postgresql(names: list[_Name]) -> list[_Name]:
    """Return the files that PostgreSQL gets: of its dialect, or else of none."""
    special = {(n.version, n.direction) for n in names if n.dialect in _OURS}
    return [n for n in names if n.dialect in _OURS or (not n.dialect and (n.version, n.direction) not in special)]


def _label(up: Path) -> str:
    return re.sub(r"(\.autocommit)?\.up\.sql$", "", up.name)

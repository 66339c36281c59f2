"""Whoever applies migrations: the words that every tool shares, and the protocol that it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import psycopg


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTable:
    """Where a tool records what it has applied; names are plain (unquoted) identifiers."""

    schema: str
    table: str
    version: str
    """The column that holds the version."""
    applied_at: str | None
    keeps_only_last: bool = False
    """Whether it holds one row, the newest version (golang-migrate), instead of one row for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of a history on disk."""

    version: str
    """Its name in the tool's history table: the id of every report."""
    up: Path
    down: Path | None
    """None where the tool has downs and this migration has none, or where the tool has none at all."""
    mode: str
    """How up is sent: ``transaction``, ``autocommit``, or ``own transactions`` (the file's BEGIN and COMMIT)."""
    down_mode: str | None = None
    label: str = ""
    """The name that people know it by, where the version alone is a bare number: ``000001_create_users``."""
    parts: tuple[Migration, ...] = ()
    """The migrations of the tool's own that make it up, where a team counts several as one; ``up`` is the first's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The ordered migrations on disk."""

    root: Path
    layout: str
    migrations: tuple[Migration, ...]
    has_downs: bool
    """Whether the tool knows downs at all (Prisma does not)."""
    ignored: tuple[Path, ...] = ()
    """Files that lie in the directory and are no migration: named, never ignored silently."""
    orphan_downs: tuple[Path, ...] = ()
    faults: tuple[str, ...] = ()
    """What makes the order doubtful: the same version twice, two heads; one line each, for versions-are-ordered."""
    roots: tuple[Path, ...] = ()
    """All directories, where it is several; ``root`` is the first."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions, in order."""
        return tuple(m.version for m in self.migrations)

    @property
    def singly(self) -> History:
        """The history as the tool counts it: each part of a group by itself."""
        if not any(m.parts for m in self.migrations):
            return self
        return replace(self, migrations=tuple(part for m in self.migrations for part in m.parts or (m,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A statement that PostgreSQL refused, or a tool that gave up."""

    sqlstate: str
    """Five characters; ``unknown`` where a tool hides it."""
    message: str
    detail: str = ""
    hint: str = ""
    context: str = ""
    constraint: str = ""
    table: str = ""
    """Qualified name, where the server named it."""
    column: str = ""
    file: str = ""
    """Path as a user would type it, relative to the working directory where it lies below it."""
    line: int = 0
    """Counted from 1; 0 where unknown."""
    statement: str = ""
    """The statement, cut at 2,000 characters."""


class MigrationFailed(Exception):
    """A migration was refused: material for a finding, never an error of pgproof."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One statement that ran."""

    line: int
    kind: str
    """The command tag without numbers: ``UPDATE``, ``CREATE TABLE``, ``DO``."""
    rows: int | None
    """Rows touched by INSERT, UPDATE, DELETE, MERGE, COPY; None for all else."""
    moves_data: bool
    """Whether it is an INSERT ... SELECT, UPDATE, DELETE or MERGE, itself or in a DO block, or may be (a call)."""
    tables: tuple[str, ...] = ()
    """The tables that it names, as written, lower-cased where unquoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One row of a tool's history table."""

    version: str
    applied_at: str | None


class Tool(Protocol):
    """A tool that migrates a database by URL. Every method opens its own connection and closes it.

    ``up`` and ``down`` raise MigrationFailed; ``LostServer`` where the server went away.
    """

    @property
    def name(self) -> str:
        """Its name in reports, e.g. ``sql (golang-migrate)``."""
        ...

    @property
    def history(self) -> History:
        """The history on disk."""
        ...

    @property
    def history_table(self) -> HistoryTable:
        """Where it records versions."""
        ...

    def prepare(self, url: str) -> None:
        """Do what the tool does before its first migration (make its history table)."""
        ...

    def up_all(self, url: str) -> None:
        """Apply all pending migrations in one go, as production does, on one connection."""
        ...

    def up(self, url: str, version: str) -> Sequence[Ran]:
        """Apply exactly this version, all earlier ones being applied; record it; on a connection of its own."""
        ...

    def down(self, url: str, version: str) -> Sequence[Ran]:
        """Undo exactly this version, the newest applied one, and its record."""
        ...

    def forget(self, url: str, version: str) -> None:
        """Delete the record of this version and change nothing else."""
        ...

    def recorded(self, url: str) -> tuple[Recorded, ...]:
        """Return the rows of the history table in the order in which the tool recorded them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """How the statements of one direction of one migration may be run, judged by PostgreSQL's own grammar."""

    is_empty: bool
    """No statement at all (white space and comments)."""
    needs_clone: str = ""
    """Why it cannot be tried again behind a savepoint in the migration's own transaction; empty where it can."""
    moves_data: bool = False
    tables: tuple[str, ...] = ()
    """The tables that the statements name, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Where a command that undoes several migrations stopped, and why."""

    version: str
    failure: Failure


@runtime_checkable
class UndoingTool(Tool, Protocol):
    """A tool that undoes several migrations in one command."""

    def undo(self, url: str, versions: Sequence[str]) -> Stopped | None:
        """Undo these versions, the newest that are applied, in one command; return where it stopped, if it did."""
        ...


@runtime_checkable
class ReadableTool(Tool, Protocol):
    """A tool whose migrations are SQL that pgproof can read."""

    def body(self, version: str, *, down: bool = False) -> Body:
        """Return how the statements of this version may be run."""
        ...


@runtime_checkable
class SavepointTool(ReadableTool, Protocol):
    """A tool whose statements pgproof itself sends, so that probes can run behind savepoints of one transaction."""

    def run(self, connection: psycopg.Connection, version: str, *, down: bool = False) -> Sequence[Ran]:
        """Send the statements on a connection whose transaction is open; record nothing, commit nothing."""
        ...

    def record(self, connection: psycopg.Connection, version: str) -> None:
        """Write the history row in the open transaction."""
        ...

    def unrecord(self, connection: psycopg.Connection, version: str) -> None:
        """Take the history row away in the open transaction."""
        ...

    def recorded_on(self, connection: psycopg.Connection) -> tuple[Recorded, ...]:
        """Return what ``recorded`` returns, as a connection sees it."""
        ...

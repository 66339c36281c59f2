"""What preview, walk and probes recorded: the only thing that checks ever read.

A folder: ``preview.json``, one ``step-<position>.json`` for each migration that was reached, ``end.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import Change
from pgproof.data.change import TableChange
from pgproof.data.orphans import Orphans
from pgproof.data.positions import SequencePosition
from pgproof.errors import LostServer
from pgproof.released.model import Releases
from pgproof.server import TOOL_ROLE
from pgproof.tool import Failure, History, HistoryTable, Ran, Recorded

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two states of one database, compared."""

    schema: tuple[Change, ...] = ()
    rows: tuple[TableChange, ...] = ()

    @property
    def schema_counts(self) -> tuple[Change, ...]:
        """The schema changes that are a difference (the order of columns is not)."""
        return tuple(c for c in self.schema if not c.is_weak)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A probe: something tried on a step, and undone."""

    how: str
    """``savepoint``, ``clone``, or ``itself`` where the database is not needed any more."""
    failure: Failure | None = None
    difference: Difference | None = None
    """Against the state that the probe's name says; None where it failed."""
    unmoved: tuple[Ran, ...] = ()
    """Data-moving statements of this attempt that touched no row."""
    ran: int = 0
    """How many statements ran."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration met by a database that holds rows."""

    position: int
    version: str
    file: str
    mode: str
    seconds: float = 0.0
    on_empty: Failure | None = None
    """Why it does not apply even to an empty database: the walk ends here."""
    on_rows: Failure | None = None
    """Why it does not apply where tables hold rows."""
    emptied: tuple[str, ...] = ()
    """The tables that pgproof emptied so that it applied after ``on_rows``."""
    rows_before: Mapping[str, int] = field(default_factory=dict)
    """Rows in each table before the step."""
    unfilled: Mapping[str, str] = field(default_factory=dict)
    """Tables that could not be filled, and why."""
    ran: tuple[Ran, ...] = ()
    change: Difference = field(default_factory=Difference)
    """Before the step, after the step."""
    recorded_before: tuple[Recorded, ...] = ()
    """The history table before the step, so that a fault is reported where it was made."""
    recorded: tuple[Recorded, ...] = ()
    """The history table after the step."""
    clone_reason: str = ""
    """Why the probes needed a clone; empty where savepoints did."""
    again: Attempt | None = None
    """Applied twice; the difference is between once and twice."""
    down_is_empty: bool = False
    down: Attempt | None = None
    """Undone; the difference is between before the step and after its down."""
    redo: Attempt | None = None
    """Undone and applied again; the difference is between after the step and after the redo."""
    attached: tuple[SequencePosition, ...] = ()
    """Sequences that this step attached to columns that held rows."""

    @property
    def unmoved(self) -> tuple[Ran, ...]:
        """The data-moving statements that touched no row."""
        return tuple(r for r in self.ran if r.moves_data and r.rows == 0)

    @property
    def holds(self) -> int:
        """How many rows the database held before the step."""
        return sum(self.rows_before.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The migrations that a deployment brings."""

    versions: tuple[str, ...] = ()
    before: str = ""
    """The last migration of the previous release; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondUp:
    """The tool's ``up`` on an empty database that it has just brought up to date."""

    failure: Failure | None = None
    difference: Difference = field(default_factory=Difference)
    recorded_before: tuple[Recorded, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    """The history table after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The release in one go, on an empty database of the previous release."""

    failure: Failure | None = None
    differ: tuple[Change, ...] = ()
    """One at a time → in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The history on disk, met by an empty database."""

    server: str
    server_version: int
    tool: str
    history: History
    history_table: HistoryTable
    catalog: Catalog
    all_at_once: Failure | None = None
    """Why the whole history does not apply in one go."""
    on_empty: Mapping[str, Failure] = field(default_factory=dict)
    """Version → why it does not apply to an empty database, one at a time; at most one."""
    modes_differ: tuple[Change, ...] = ()
    """One at a time → all at once."""
    start: int = 0
    """How many migrations are older than the base, and so were there before anything was looked at."""
    base: str = ""
    """What is judged from, as people call it; empty where the whole history is judged."""
    newer: tuple[str, ...] = ()
    """The migrations that are newer than that; all, where the whole history is judged."""
    touched: Mapping[str, str] = field(default_factory=dict)
    """``<kind> <identity>`` of catalog objects → the version that last added or changed them, or what they rest on."""
    release: Release = field(default_factory=Release)
    deployment: Deployment | None = None
    """None where there is no previous release, or where nobody got there."""
    second_up: SecondUp | None = None
    """None where the first one failed."""
    releases: Releases = field(default_factory=Releases)
    """What was released already, beside what is on disk."""
    sequences: tuple[SequencePosition, ...] = ()
    migrator: str = TOOL_ROLE
    """The role that owns what the migrations make."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Table → rows that the migrations left in it, after the team's own rows and without generated ones."""
    rows_unknown: str = ""
    """Why they could not be counted."""
    first_seen: Mapping[str, str] = field(default_factory=dict)
    """``<kind> <identity>`` of catalog objects → the version that added or last changed them."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRollback:
    """The downs of the release, newest first, at the end of the walk."""

    attempt: Attempt
    """The difference is between the first migration of the release, about to be applied, and what is left."""
    stopped: str = ""
    """The version whose down failed."""
    orphans_before: tuple[Orphans, ...] = ()
    orphans: tuple[Orphans, ...] = ()
    seeded: tuple[str, ...] = ()
    """Versions of the release before which the team's own rows came in, after that moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The database at the end of the walk."""

    version: str
    """The last migration that applied; empty where none did."""
    stopped: str = ""
    """The migration at which the walk ended because it applies to no database; empty where it reached its end."""
    catalog: Catalog
    rows: Mapping[str, int] = field(default_factory=dict)
    orphans: tuple[Orphans, ...] = ()
    sequences: tuple[SequencePosition, ...] = ()
    release: ReleaseRollback | None = None
    rollback: Attempt | None = None
    """All downs, newest first; the difference is between an empty database and what is left."""
    rollback_stopped: str = ""
    """The version whose down failed in it."""


def _encode(value: object) -> object:
    """Return a value as JSON has it; what raises is msgspec's way to be told that there is none."""
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))


def _decode(kind: type, value: object) -> object:
    if issubclass(kind, Path):
        return Path(str(value))
    raise NotImplementedError(kind)


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that holds the evidence of one run; raises LostServer with a remedy where its disk is full."""

    root: Path

    def made(self) -> Folder:
        """Make the directory where there is none, and return this folder; done once, by whoever begins the run."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise self._unwritable(exc) from exc
        return self

    def write(self, name: str, value: object) -> None:
        """Write one piece of evidence, whole or not at all, and never into a directory that is gone with its run."""
        path = self.root / f"{name}.json"
        try:
            draft = path.with_suffix(".draft")
            draft.write_bytes(msgspec.json.encode(value, enc_hook=_encode))
            draft.replace(path)
        except OSError as exc:
            raise self._unwritable(exc) from exc

    def _unwritable(self, exc: OSError) -> LostServer:
        return LostServer(
            f"The evidence cannot be written to {self.root}: {exc.strerror}.",
            "Free some space, or name another folder with --evidence=DIR.",
        )

    def read(self, name: str, kind: type[T]) -> T | None:
        """Return one piece of evidence, or None where it was not recorded."""
        path = self.root / f"{name}.json"
        if not path.exists():
            return None
        return msgspec.json.decode(path.read_bytes(), type=kind, dec_hook=_decode)

    def step(self, position: int) -> Step | None:
        """Return a step by its position in the history, from 0."""
        return self.read(f"step-{position:04d}", Step)


class Unwritten(Folder):
    """Where evidence goes that nobody reads: it takes no file."""

    def __init__(self) -> None:
        super().__init__(Path())

    def write(self, name: str, value: object) -> None:
        """Write nothing."""

"""The settings of one run, frozen."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pgproof.finding import Level

DEFAULT = "default"
OPTION = "option"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that the team has decided to live with."""

    check: str
    subject: str
    reason: str
    until: date | None = None
    """The last day on which it waives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryOverride:
    """Where the tool records versions, where it is not the layout's own place."""

    table: str
    """``schema.table``, or the table alone."""
    version: str
    applied_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The team's own tool, by its commands: words, with places such as ``{url}`` in them; empty where there is none."""

    up: tuple[str, ...]
    """Applies all that is pending."""
    up_one: tuple[str, ...] = ()
    """Applies one version."""
    down: tuple[str, ...] = ()
    """Undoes one version, the newest."""
    status: tuple[str, ...] = ()
    """Lists the versions on disk."""
    versions: str = ""
    """A regular expression with the group ``version``, for what ``status`` writes."""
    forget: str = ""
    """SQL that deletes the record of a version; empty: the row is deleted."""
    folder: Path
    """The working directory."""

    def __str__(self) -> str:
        given = (("up", self.up), ("up_one", self.up_one), ("down", self.down), ("status", self.status))
        return "; ".join(f"{name} = {shlex.join(words)}" for name, words in given if words)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeaOrm:
    """How a crate of SeaORM migrations is run, where it is not built by ``cargo build`` alone."""

    program: tuple[str, ...] = ()
    """A program that is built already, or ``sea-orm-cli``; empty: the crate is built."""
    cargo: tuple[str, ...] = ()
    """Options for ``cargo build``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What is there before the first migration, on every database that is made anew."""

    roles: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of the database, as ``ALTER DATABASE … SET`` takes them."""
    sql: tuple[Path, ...] = ()
    """Files, in the order in which they are run."""

    def __str__(self) -> str:
        named = (("roles", self.roles), ("schemas", self.schemas), ("extensions", self.extensions))
        parts = [f"{what} {', '.join(names)}" for what, names in named if names]
        parts += [f"settings {', '.join(self.settings)}"] if self.settings else []
        parts += [f"files {', '.join(path.name for path in self.sql)}"] if self.sql else []
        return "; ".join(parts) or "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a run is told; paths are absolute."""

    migrations: Path
    layout: str | None = None
    locations: tuple[Path, ...] = ()
    """More directories of the same history."""
    groups: str | None = None
    """A regular expression: neighbours from whose names it takes the same text are one migration."""
    server: str = field(default="auto", repr=False)
    """``auto``, ``embedded``, ``container``, or a URL, which may hold a password."""
    image: str | None = None
    """The image of a server in a container."""
    allow_server_wide: bool = False
    """Whether the history may change what belongs to all of a server that is named by URL."""
    pg_version: int | None = None
    pg_bin: Path | None = None
    scratch: Path | None = None
    rows: int = 20
    seed: int = 1
    timezone: str = "Asia/Tokyo"
    base: Base | None = None
    role: str | None = None
    """Who migrates, as in production: no superuser, owner of the database."""
    statement_timeout: str | None = None
    lock_timeout: str | None = None
    release: int = 3
    since: str | None = None
    """A version, or a commit as git names it: older migrations are not judged."""
    fresh: bool = False
    """Whether the state before that base is built anew, and none of it kept."""
    profile: str = "runbook"
    levels: Mapping[str, Level] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    contract: Path | None = None
    lock: Path | None = None
    baseline: Path | None = None
    """The findings that were there when pgproof came."""
    accept: str | None = None
    """Why the findings of this run are accepted into the baseline; None: they are not."""
    sizes: Path | None = None
    """Rows per table in production."""
    lock_rows: int = 10_000
    """Where a table has fewer rows than that in production, findings that weigh by its size are advice."""
    seeds: Path | None = None
    keep_rows: Path | None = None
    evidence: Path | None = None
    history: HistoryOverride | None = None
    tool: Command | None = None
    sea_orm: SeaOrm = field(default_factory=SeaOrm)
    keep: bool = False
    """Whether the server remains after findings."""
    require_exercised: bool = False
    checks: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    read_everything: bool = False
    file: Path | None = None
    """The settings file that was read."""
    home: Path | None = None
    """Its folder, where it is about these migrations."""
    left_out: tuple[str, ...] = ()
    """What that file says of the history of another directory."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field → the file, variable or ``option`` that gave it; a field that is missing has its default."""

    def source(self, name: str) -> str:
        """Return where the value of a field comes from."""
        return self.sources.get(name, DEFAULT)

"""The settings of one run, frozen."""

from __future__ import annotations

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
class Settings:
    """All that a run is told; paths are absolute."""

    migrations: Path
    layout: str | None = None
    server: str = field(default="auto", repr=False)
    """``auto``, ``embedded``, ``container``, or a URL, which may hold a password."""
    pg_version: int | None = None
    pg_bin: Path | None = None
    scratch: Path | None = None
    rows: int = 20
    seed: int = 1
    timezone: str = "Asia/Tokyo"
    release: int = 3
    profile: str = "runbook"
    levels: Mapping[str, Level] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    contract: Path | None = None
    seeds: Path | None = None
    keep_rows: Path | None = None
    evidence: Path | None = None
    history: HistoryOverride | None = None
    require_exercised: bool = False
    checks: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    read_everything: bool = False
    file: Path | None = None
    """The settings file that was read."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field → the file, variable or ``option`` that gave it; a field that is missing has its default."""

    def source(self, name: str) -> str:
        """Return where the value of a field comes from."""
        return self.sources.get(name, DEFAULT)

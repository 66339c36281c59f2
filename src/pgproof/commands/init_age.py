"""How old migrations are, and which branch holds the old ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pgproof.errors import PgproofError
from pgproof.repository import Repository
from pgproof.tool import History, Migration

MONTH = timedelta(days=30)
MANY = 20
"""More old migrations than this are taken as they are."""
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)")
_SECONDS = re.compile(r"(?<!\d)(1\d{9})(?:\d{3})?(?!\d)")
_BRANCHES = ("origin/main", "origin/master", "main", "master")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """The day of each migration that has one."""

    days: Mapping[str, date]
    source: str
    """``git tells``, or ``the names tell``."""
    today: date
    no_git: str = ""
    """Why git could not be asked, where there is a repository."""

    @property
    def old(self) -> tuple[str, ...]:
        """The versions that are older than a month."""
        return tuple(version for version, day in self.days.items() if self.today - day > MONTH)

    @property
    def is_old_history(self) -> bool:
        """Whether the history is one that nobody mends any more."""
        return len(self.old) > MANY


def ages(history: History, repository: Repository | None, today: date) -> Ages:
    """Return the days by git, else those that the names tell; a file that git does not know is new."""
    added, no_git = _added(history.root, repository) if repository else ({}, "")
    if added:
        known = {path.resolve(): day for path, day in added.items()}
        days = {m.version: known.get(m.up.resolve(), today) for m in history.migrations}
        return Ages(days=days, source="git tells", today=today)
    told = {m.version: day for m in history.migrations if (day := _told(m)) is not None}
    return Ages(days=told, source="the names tell", today=today, no_git=no_git)


def _added(folder: Path, repository: Repository) -> tuple[Mapping[Path, date], str]:
    """Return the day of each file, and why there is none where git cannot be asked."""
    try:
        return repository.added(folder), ""
    except PgproofError as fault:
        return {}, fault.message


def base_branch(repository: Repository) -> str | None:
    """Return the branch that others start from, as git calls it here and in CI; None where none has a usual name."""
    head = repository.root / ".git" / "refs" / "remotes" / "origin" / "HEAD"
    told = head.read_text(encoding="utf-8").strip() if head.is_file() else ""
    named = told.removeprefix("ref: refs/remotes/") if told.startswith("ref: ") else ""
    return next((ref for ref in (named, *_BRANCHES) if ref and _is_there(repository, ref)), None)


def _is_there(repository: Repository, ref: str) -> bool:
    try:
        repository.commit(ref)
    except PgproofError:
        return False
    return True


def _told(migration: Migration) -> date | None:
    """Return the day that a version, or the name of a file or of its directory, begins with."""
    for text in (migration.version, migration.label, migration.up.name, migration.up.parent.name):
        if found := _DAY.search(text):
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                continue
        if found := _SECONDS.search(text):
            return datetime.fromtimestamp(int(found[1]), UTC).date()
    return None


def shown(path: Path) -> str:
    """Return a path as a user would type it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

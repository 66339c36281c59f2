"""What lies in a repository: directories of SQL migrations, and those of tools that pgproof cannot run yet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pgproof.errors import HistoryFault
from pgproof.settings import crates
from pgproof.tool import History, layouts

_NEVER = frozenset({"node_modules", "target", "vendor", "third_party", "venv", "dist", "build", "__pycache__"})
"""Directories that hold other people's files, or what programs made."""
_OF_TESTS = frozenset({"test", "tests", "testdata", "fixtures", "spec", "specs", "example", "examples", "specimens"})
_ONE_EACH = frozenset({"up.sql", "migration.sql"})
"""Files that speak of a directory for each migration."""
_USUAL = re.compile(r"migrat|drizzle", re.IGNORECASE)
_NOTHING = re.compile(r"There is no migration in |The directory .* is empty\.", re.DOTALL)
"""What a directory is told that holds something else."""
_FEW = 2
"""A directory with another name needs so many."""
_MOST = 20_000
"""Directories that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A directory that may be meant."""

    folder: Path
    history: History | None = None
    fault: HistoryFault | None = None
    """Why it cannot be read, where its name says that it holds migrations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Migrations that are no SQL."""

    tool: str
    folder: Path
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All that was found."""

    likely: tuple[Found, ...]
    tests: tuple[Found, ...]
    """Those that belong to tests or examples, by the names of their directories."""
    others: tuple[Other, ...]
    unread: tuple[Path, ...]
    """Directories that may not be read."""


def survey(root: Path) -> Survey:
    """Return what lies below a directory, sorted by path."""
    unread: list[Path] = []
    folders = list(islice(_folders(root, unread), _MOST))
    holders = {place for folder, files in folders if (place := _holder(folder, files)) is not None}
    found = [one for folder in sorted(holders) if (one := _read(folder)) is not None]
    found = _joined(found, root)
    strong = [one for one in found if _USUAL.search(str(one.folder.relative_to(root)))]
    inside = [one for one in strong or found if _is_of_tests(one.folder, root)]
    return Survey(
        likely=tuple(one for one in strong or found if one not in inside),
        tests=tuple(inside),
        others=tuple(one for one in others(folders) if not _is_of_tests(one.folder, root)),
        unread=tuple(unread),
    )


def others(folders: Iterable[tuple[Path, Sequence[str]]]) -> Iterator[Other]:
    """Yield the directories of tools whose migrations are programs."""
    for folder, files in folders:
        for tool, place, name in _OTHERS:
            if place.search(folder.as_posix()) and (count := sum(bool(name.search(file)) for file in files)):
                yield Other(tool=tool, folder=folder, count=count)


_OTHERS = (
    ("Alembic", re.compile(r"/versions$"), re.compile(r"^(?!__init__).*\.py$")),
    ("Django", re.compile(r"/migrations$"), re.compile(r"^\d{4}_.*\.py$")),
    ("Rails", re.compile(r"/db/migrate$"), re.compile(r"^\d{8,14}_.*\.rb$")),
    ("Ecto", re.compile(r"/migrations$"), re.compile(r"^\d{14}_.*\.exs$")),
    ("Knex, Sequelize or TypeORM", re.compile(r"/migrations?$"), re.compile(r"^\d{8,}[-_].*\.[cm]?[jt]s$")),
    ("Liquibase", re.compile(r""), re.compile(r"changelog.*\.(xml|ya?ml)$", re.IGNORECASE)),
)
"""Tool, what the path of its directory ends with, and how its files are named."""


def _folders(root: Path, unread: list[Path]) -> Iterator[tuple[Path, Sequence[str]]]:
    """Yield each directory with its files; those that cannot be read are added to ``unread``."""
    for folder, names, files in os.walk(root, onerror=lambda fault: unread.append(Path(str(fault.filename)))):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _NEVER)
        yield Path(folder), sorted(files)


def _holder(folder: Path, files: Sequence[str]) -> Path | None:
    """Return the directory of the history that these files would belong to."""
    if _ONE_EACH & set(files):
        return folder.parent
    if "Cargo.toml" in files and crates.is_crate(folder):
        return folder
    return folder if any(name.endswith(".sql") for name in files) else None


def _read(folder: Path) -> Found | None:
    try:
        history = layouts.detect(folder)
    except HistoryFault as fault:
        is_meant = _USUAL.search(folder.name) and not _NOTHING.match(fault.message)
        return Found(folder=folder, fault=fault) if is_meant else None
    is_enough = _USUAL.search(str(folder)) or len(history.migrations) >= _FEW
    return Found(folder=folder, history=history) if is_enough else None


def _joined(found: Sequence[Found], root: Path) -> list[Found]:
    """Return what was found, with the directories of one history (Flyway's, two levels) as one."""
    parents = {one.folder.parent for one in found if one.folder != root}
    for parent in sorted(parents - {root}, key=lambda path: -len(path.parts)):
        below = [one for one in found if one.folder.is_relative_to(parent) and one.folder != parent]
        whole = _read(parent)
        if whole is None or whole.history is None:
            continue
        if len(whole.history.migrations) >= sum(len(one.history.migrations) for one in below if one.history):
            found = [whole, *(one for one in found if one not in below and one.folder != parent)]
    return sorted(found, key=lambda one: one.folder)


def _is_of_tests(folder: Path, root: Path) -> bool:
    return bool(_OF_TESTS & {part.lower() for part in folder.relative_to(root).parts})

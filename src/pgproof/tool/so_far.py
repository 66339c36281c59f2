"""A copy of a migrations directory as it was when a version was its newest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from pgproof.tool import History, Migration


def files_so_far(history: History, version: str, into: Path) -> Path:
    """Return a copy, below ``into``, of the directory without the migrations behind ``version``."""
    root = history.root.resolve()
    later = history.migrations[history.versions.index(version) + 1 :]
    kept = {path for m in history.migrations[: len(history.migrations) - len(later)] for path in _places(m, root)}
    gone = {path for m in later for path in _places(m, root)} - kept
    target = into / root.name
    shutil.copytree(root, target, ignore=lambda folder, names: _ignored(Path(folder), names, gone))
    return target


def _ignored(folder: Path, names: list[str], gone: set[Path]) -> set[str]:
    return {name for name in names if folder / name in gone}


def _places(migration: Migration, root: Path) -> Iterator[Path]:
    """Yield the files of a migration, or its directory where it has one to itself."""
    for part in migration.parts or (migration,):
        for path in (part.up, part.down):
            if path is not None:
                yield path.resolve()
                if path.resolve().parent != root and path.stem in {"up", "down", "migration"}:
                    yield path.resolve().parent

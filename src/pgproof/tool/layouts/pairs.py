"""Ups and downs, paired by the key under which a layout knows a migration."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs(Generic[K]):
    """Migrations by key; where several files have one key and direction, the first by name is the one."""

    ups: Mapping[K, Path]
    downs: Mapping[K, Path]
    orphan_downs: tuple[Path, ...]
    twice: tuple[str, ...]
    """One line for each key that several files of one direction have."""


def pair(files: Iterable[tuple[K, str, Path]]) -> Pairs[K]:
    """Return the pairs of files given as (key, ``up`` or ``down``, path)."""
    found: dict[tuple[K, str], list[Path]] = {}
    for key, direction, path in files:
        found.setdefault((key, direction), []).append(path)
    first = {at: min(paths, key=lambda p: p.name) for at, paths in found.items()}
    ups = {key: path for (key, direction), path in first.items() if direction == "up"}
    downs = {key: path for (key, direction), path in first.items() if direction == "down"}
    return Pairs(
        ups=ups,
        downs={key: path for key, path in downs.items() if key in ups},
        orphan_downs=tuple(sorted(path for key, path in downs.items() if key not in ups)),
        twice=tuple(_line(key, direction, paths) for (key, direction), paths in found.items() if len(paths) > 1),
    )


def _line(key: Hashable, direction: str, paths: list[Path]) -> str:
    names = ", ".join(sorted(p.name for p in paths))
    return f"version {key} has {len(paths)} {direction} files: {names}; the first one is used"

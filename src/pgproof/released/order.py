"""New migrations beside those that have come onto the base branch: as if both branches were together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pgproof.errors import HistoryFault
from pgproof.released.contents import Contents
from pgproof.released.model import Late
from pgproof.tool import History, layouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The base branch, exported: at the merge base and at its newest commit."""

    base_name: str
    """As ``main (1a2b3c4)``."""
    base_commit: str = ""
    """As git takes it."""
    base: History | None
    """None where it had no history there."""
    tip_name: str
    tip: History | None
    """The same object as ``base`` where the branch holds all of the base branch."""


def together(history: History, branches: Branches) -> History:
    """Return the history as it is when the branch is merged; with a fault where that cannot be read as one.

    Files are taken as git would: what the branch has added and taken away since the merge base, on top of the newest
    commit. Their contents matter to the order no more than links to them.
    """
    if branches.tip is None or branches.tip is branches.base:
        return history
    with TemporaryDirectory(prefix="pgproof-merged-") as folder:
        roots = [Path(folder) / str(number) / root.name for number, root in enumerate(roots_of(history))]
        before = roots_of(branches.base) if branches.base else [None] * len(roots)
        for merged, own, tip, base in zip(roots, roots_of(history), roots_of(branches.tip), before, strict=True):
            _link(merged, own, tip, base)
        try:
            return layouts.detect(roots, history.layout)
        except HistoryFault as fault:
            what = fault.message.replace(f"{folder}/", "")
            return replace(history, faults=(*history.faults, f"with {branches.tip_name} it cannot be read: {what}"))


def late(history: History, merged: History, branches: Branches) -> tuple[Late, ...]:
    """Return the new migrations that the layout's own order puts before one of the base branch."""
    there = {v for side in (branches.tip, branches.base) if side is not None for v in Contents(side).migrations}
    order = list(Contents(merged).migrations)
    newest = max((place for place, version in enumerate(order) if version in there), default=-1)
    own = Contents(history).migrations
    return tuple(Late(version=v, before=order[newest]) for v in order[: newest + 1] if v not in there and v in own)


def collisions(history: History, merged: History, branches: Branches) -> tuple[str, ...]:
    """Return what makes the order doubtful of both branches together, and of neither alone."""
    known = {*doubts(history), *(doubts(branches.tip) if branches.tip else ())}
    return tuple(fault for fault in doubts(merged) if fault not in known)


def doubts(history: History) -> tuple[str, ...]:
    """Return what makes the order of a history doubtful, one line each."""
    without_up = (f"{path.name} undoes a migration that is not there" for path in history.orphan_downs)
    return (*history.faults, *without_up)


def roots_of(history: History) -> Sequence[Path]:
    """Return the directories of a history, of which there are several or one."""
    return history.roots or (history.root,)


def _link(merged: Path, own: Path, tip: Path, base: Path | None) -> None:
    ours, theirs, before = _below(own), _below(tip), _below(base) if base else set()
    kept = {name: tip / name for name in theirs - (before - ours)}
    merged.mkdir(parents=True)
    for name, target in ({name: own / name for name in ours - before} | kept).items():
        (merged / name).parent.mkdir(parents=True, exist_ok=True)
        (merged / name).symlink_to(target)


def _below(root: Path) -> set[Path]:
    """Return the files below a directory, and the links to directories."""
    return {path.relative_to(root) for path in root.rglob("*") if path.is_file() or path.is_symlink()}

"""What git holds of a history and of its lockfile, at other commits than the one that is checked out."""

from __future__ import annotations

from pathlib import Path

from pgproof.errors import HistoryFault, UsageFault
from pgproof.released.lockfile import parse, read_lock
from pgproof.released.order import Branches, roots_of
from pgproof.released.survey import Lock
from pgproof.repository import Commit, Repository
from pgproof.settings import Settings
from pgproof.tool import History, layouts
from pgproof.tool.failures import shown


def branches(history: History, repository: Repository, *, parted: Commit, tip: Commit, folder: Path) -> Branches:
    """Return the base branch, its files below ``folder``: where the checkout parted from it, and its newest commit."""
    base = _history_at(parted, history, repository, folder / "base")
    is_ahead = parted.sha != tip.sha
    return Branches(
        base_name=str(parted),
        base_commit=parted.sha[:12],
        base=base,
        tip_name=str(tip),
        tip=_history_at(tip, history, repository, folder / "tip") if is_ahead else base,
    )


def lock_of(settings: Settings, repository: Repository | None = None, parted: Commit | None = None) -> Lock | None:
    """Return the lockfile, now and where the checkout parted from the base branch; None where there is none now."""
    file = settings.lock
    if file is None:
        return None
    before = None
    if repository and parted and file.resolve().is_relative_to(repository.root):
        before = repository.text(parted, file)
    return Lock(
        name=shown(file),
        now=read_lock(file),
        at_base=_parsed(before, file) if before is not None else {},
    )


def _history_at(commit: Commit, history: History, repository: Repository, folder: Path) -> History | None:
    """Return the history at a commit; None where there was none. Raises UsageFault where it was another layout's."""
    owned = roots_of(history)
    roots = [folder / str(number) / own.name for number, own in enumerate(owned)]
    was_there = [repository.export(commit, own, root) for own, root in zip(owned, roots, strict=True)]
    if not any(was_there):
        return None
    for root in roots:
        root.mkdir(parents=True, exist_ok=True)
    try:
        return layouts.detect(roots, history.layout)
    except HistoryFault as fault:
        if not any(path for root in roots for path in root.rglob("*.sql")):
            return None
        raise UsageFault(
            f"What {commit} holds of {shown(history.root)} cannot be read as {history.layout}: {fault.message}",
            'Name a version of the history instead, since = "…": what is older is then taken as it is.',
        ) from fault


def _parsed(text: str, file: Path) -> dict[str, str]:
    """Return what a lockfile said; nothing where it was broken then."""
    try:
        return parse(text.removeprefix("\ufeff"), file)
    except UsageFault:
        return {}

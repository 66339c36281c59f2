"""From where a history is judged: all of it, or what is newer than a base."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from pgproof.errors import UsageFault, did_you_mean
from pgproof.released.contents import Contents
from pgproof.released.exported import branches, lock_of
from pgproof.released.model import Releases
from pgproof.released.survey import survey
from pgproof.repository import Repository
from pgproof.settings import Settings
from pgproof.tool import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The base, and what is newer."""

    base: int = 0
    """How many migrations stand before the first newer one; 0 without a base."""
    newer: tuple[str, ...]
    """The migrations that are newer, in the order of the history; all without a base."""
    name: str = ""
    """The base as people call it: ``main (1a2b3c4)``, or a version; empty without one."""
    releases: Releases = field(default_factory=Releases)
    """What has been released, beside what is on disk."""


def scope_of(settings: Settings, history: History) -> Scope:
    """Return from where the history is judged; raises UsageFault where the base cannot be found.

    ``since`` is a version of the history, or else what git knows: then the base is where the checkout and that commit
    parted, and newer is what was not there; what slips in before a released migration, too.
    """
    since = settings.since
    if since is None or since in history.versions:
        lock = lock_of(settings)
        releases = survey(history, lock) if lock else Releases()
        if since is None:
            return Scope(newer=history.versions, releases=releases)
        base = history.versions.index(since) + 1
        return Scope(base=base, newer=history.versions[base:], name=since, releases=releases)
    return _since_commit(settings, since, history)


def _since_commit(settings: Settings, since: str, history: History) -> Scope:
    repository = Repository.around(settings.migrations)
    if repository is None:
        raise UsageFault(
            f"since: '{since}' is no version of {settings.migrations}, which lies in no git repository."
            f"{did_you_mean(since, history.versions)}",
            "Name a version of the history, or run where the migrations are in git.",
        )
    tip = repository.commit(since, versions=history.versions)
    parted = repository.merge_base(tip)
    with TemporaryDirectory(prefix="pgproof-released-") as folder:
        found = branches(history, repository, parted=parted, tip=tip, folder=Path(folder))
        newer = _newer(history, found.base)
        releases = survey(history, lock_of(settings, repository, parted), found)
    first = next((place for place, m in enumerate(history.migrations) if m.version in newer), len(history.migrations))
    return Scope(base=first, newer=newer, name=str(parted), releases=releases)


def _newer(history: History, base: History | None) -> tuple[str, ...]:
    """Return the versions that were not there, or of which a part was not; and what the tool applies again."""
    if base is None:
        return history.versions
    there = {m.version for m in base.migrations} - Contents(history).to_repeat(Contents(base))
    return tuple(m.version for m in history.migrations if any(p.version not in there for p in m.parts or (m,)))

"""The release: what a deployment brings, met by empty databases in the ways in which tools bring it."""

from __future__ import annotations

from collections.abc import Sequence

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import diff
from pgproof.catalog.read import read
from pgproof.tool import Failure, MigrationFailed
from pgproof.walk.evidence import Deployment, Release, SecondUp
from pgproof.walk.stage import Stage
from pgproof.walk.state import State, difference


def release_of(versions: Sequence[str], *, newest: int, start: int) -> Release:
    """Return the migrations behind position ``start``, or without one (0) the newest ones."""
    first = start or max(len(versions) - newest, 0)
    return Release(versions=tuple(versions[first:]), before=versions[first - 1] if first else "")


def up_again(stage: Stage, before: State) -> SecondUp:
    """Return what the tool's ``up`` does to a database that it has just brought up to date, and that is ``before``."""
    recorded_before = stage.recorded()
    stage.release()
    try:
        stage.tool.up_all(stage.url)
    except MigrationFailed as failed:
        return SecondUp(failure=failed.failure, recorded_before=recorded_before, recorded=stage.recorded())
    return SecondUp(
        difference=difference(before, stage.look(before)),
        recorded_before=recorded_before,
        recorded=stage.recorded(),
    )


class InOneGo:
    """The release in one ``up``, on a copy of the database of the previous release."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._failure: Failure | None = None
        self._reached: Catalog | None = None

    def try_here(self, stage: Stage, version: str) -> None:
        """Deploy to a copy where ``version`` is the last migration of the previous release."""
        if version != self._release.before:
            return
        with stage.clone("release") as copy:
            try:
                copy.tool.up_all(copy.url)
            except MigrationFailed as failed:
                self._failure = failed.failure
            else:
                self._reached = read(copy.reader, exclude=copy.observer.exclude).catalog

    def beside(self, singly: Catalog) -> Deployment | None:
        """Return how it differs from one at a time, which gave ``singly``; None where it was not tried."""
        if self._failure is not None:
            return Deployment(failure=self._failure)
        if self._reached is None:
            return None
        return Deployment(differ=tuple(c for c in diff(singly, self._reached) if not c.is_weak))

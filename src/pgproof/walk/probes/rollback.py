"""The probe *rollback*: downs, newest first, at the end of the walk: those of the release, then all others.

They run on the walk's own database, which nobody needs any more: the roles that the history creates could not be
dropped for a clone while the original is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from pgproof.data.orphans import Orphans, orphans
from pgproof.tool import Failure, Migration, MigrationFailed, UndoingTool
from pgproof.walk.applying import down
from pgproof.walk.evidence import Attempt, ReleaseRollback
from pgproof.walk.stage import Stage
from pgproof.walk.state import State, difference, repeated

HOW = "itself"


@dataclass(frozen=True, slots=True)
class Milestone:
    """The database as the first migration of the release met it."""

    state: State
    orphans: tuple[Orphans, ...]

    @classmethod
    def of(cls, stage: Stage, state: State) -> Milestone:
        """Return what a database is now; ``state`` is its state."""
        return cls(state, orphans(stage.reader, state.catalog.foreign_keys))


def undo_release(stage: Stage, release: Sequence[Migration], milestone: Milestone) -> ReleaseRollback:
    """Return what the downs of the release, which was applied last, do not bring back."""
    started = perf_counter()
    stage.release()
    failure, stopped = _undo_all(stage, release)
    if failure is not None:
        attempt = Attempt(how=HOW, failure=failure, seconds=perf_counter() - started)
        return ReleaseRollback(attempt=attempt, stopped=stopped)
    reached = stage.look()
    left = repeated(milestone.state, reached)
    return ReleaseRollback(
        attempt=Attempt(how=HOW, difference=left, ran=len(release), seconds=perf_counter() - started),
        orphans_before=milestone.orphans,
        orphans=orphans(stage.reader, reached.catalog.foreign_keys),
    )


def rollback(stage: Stage, applied: Sequence[Migration], empty: State) -> tuple[Attempt, str]:
    """Return what is left after all downs, and the version whose down failed (empty where none did).

    The difference is between an empty database and what is left.
    """
    started = perf_counter()
    stage.release()
    failure, stopped = _undo_all(stage, applied)
    if failure is not None:
        return Attempt(how=HOW, failure=failure, seconds=perf_counter() - started), stopped
    left = difference(empty, stage.look())
    return Attempt(how=HOW, difference=left, ran=len(applied), seconds=perf_counter() - started), ""


def _undo_all(stage: Stage, migrations: Sequence[Migration]) -> tuple[Failure | None, str]:
    """Return why a down failed, and whose it was; in one command, where the tool has such."""
    if migrations and isinstance(stage.tool, UndoingTool):
        stopped = stage.tool.undo(stage.url, [migration.version for migration in migrations])
        return (stopped.failure, stopped.version) if stopped else (None, "")
    for migration in reversed(migrations):
        failure = _undo(stage, migration)
        if failure is not None:
            return failure, migration.version
    return None, ""


def _undo(stage: Stage, migration: Migration) -> Failure | None:
    if migration.down is None:
        return Failure(sqlstate="unknown", message="it has no down", file=str(migration.up))
    try:
        down(stage, migration)
    except MigrationFailed as failed:
        return failed.failure
    return None

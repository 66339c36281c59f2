"""The probe *rollback*: all downs, newest first, at the end of the walk."""

from __future__ import annotations

from time import perf_counter

from pgproof.tool import Failure, Migration, MigrationFailed
from pgproof.walk.applying import down
from pgproof.walk.evidence import Attempt
from pgproof.walk.stage import Stage
from pgproof.walk.state import State, difference


def rollback(stage: Stage, applied: tuple[Migration, ...], empty: State) -> tuple[Attempt, str]:
    """Return what is left after all downs, and the version whose down failed (empty where none did).

    The difference is between an empty database and what is left. It is done on the walk's own database, which nobody
    needs any more: the roles that the history creates could not be dropped for a clone while the original is there.
    """
    started = perf_counter()
    stage.release()
    for migration in reversed(applied):
        failure = _undo(stage, migration)
        if failure is not None:
            return Attempt(how="itself", failure=failure, seconds=perf_counter() - started), migration.version
    left = difference(empty, stage.look())
    return Attempt(how="itself", difference=left, ran=len(applied), seconds=perf_counter() - started), ""


def _undo(stage: Stage, migration: Migration) -> Failure | None:
    if migration.down is None:
        return Failure(sqlstate="unknown", message="it has no down", file=str(migration.up))
    try:
        down(stage, migration)
    except MigrationFailed as failed:
        return failed.failure
    return None

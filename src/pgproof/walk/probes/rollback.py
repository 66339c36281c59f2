"""The probe *rollback*: all downs, newest first, on a clone of the last state."""

from __future__ import annotations

from time import perf_counter

from pgproof.tool import Failure, Migration, MigrationFailed
from pgproof.walk.evidence import Attempt
from pgproof.walk.stage import Stage
from pgproof.walk.state import State, difference


def rollback(stage: Stage, applied: tuple[Migration, ...], empty: State) -> tuple[Attempt, str]:
    """Return what is left after all downs, and the version whose down failed (empty where none did).

    The difference is between an empty database and what is left.
    """
    started = perf_counter()
    with stage.clone("rollback") as copy:
        for migration in reversed(applied):
            failure = _undo(copy, migration)
            if failure is not None:
                return Attempt(how="clone", failure=failure, seconds=perf_counter() - started), migration.version
        left = difference(empty, copy.look())
    return Attempt(how="clone", difference=left, ran=len(applied), seconds=perf_counter() - started), ""


def _undo(copy: Stage, migration: Migration) -> Failure | None:
    if migration.down is None:
        return Failure(sqlstate="unknown", message="it has no down", file=str(migration.up))
    try:
        copy.tool.down(copy.url, migration.version)
    except MigrationFailed as failed:
        return failed.failure
    return None

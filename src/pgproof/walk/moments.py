"""Moments of a walk, to be looked at by people: a database just before or after a migration, with its rows.

Nothing is tried there, so that it is reached as fast as can be; the rows are those of every walk with the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pgproof.server import roles
from pgproof.walk.evidence import Step
from pgproof.walk.stage import Stage
from pgproof.walk.step import Stepper
from pgproof.walk.walk import Progress, Walk


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in a history."""

    version: str
    is_before: bool = False
    """Just before the migration meets the rows; else just after it."""

    def __str__(self) -> str:
        return f"{'before' if self.is_before else 'after'} {self.version}"


At = Callable[[Moment, Stage, Step | None], None]
"""Called at a moment with the database, and with the step that led there, where it is one after a migration."""


def visit(walk: Walk, moments: Collection[Moment], at: At, progress: Progress) -> str:
    """Show each moment, in the order of the history; return the version that never applies and so ended it early."""
    base = roles.survey(walk.server)
    stepper, twin = walk.begin()
    stopped = _steps(walk, stepper, moments, at, progress)
    stepper.stage.drop()
    twin.drop()
    roles.leave(walk.server, base)
    return stopped


def _steps(walk: Walk, stepper: Stepper, moments: Collection[Moment], at: At, progress: Progress) -> str:
    migrations = walk.tool.history.migrations
    last = max(p for p, migration in enumerate(migrations) if _asked(migration.version, moments))
    for position, migration in enumerate(migrations[walk.start : last + 1], walk.start):
        progress(migration.version, position - walk.start, last + 1 - walk.start)
        before, after = Moment(migration.version, is_before=True), Moment(migration.version)
        if before in moments:
            stepper.make_ready(position, migration.version)
            at(before, stepper.stage, None)
        if position == last and after not in moments:
            break
        step = stepper.take(position, migration, frozenset())
        if step.on_empty is not None:
            return migration.version
        if after in moments:
            at(after, stepper.stage, step)
    return ""


def _asked(version: str, moments: Collection[Moment]) -> bool:
    return any(moment.version == version for moment in moments)

"""The walk: every migration in its place, over rows, with exactly the probes that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pgproof.data.orphans import orphans
from pgproof.data.positions import positions
from pgproof.server import Server, roles
from pgproof.tool import Migration, Tool
from pgproof.walk.evidence import End, Folder
from pgproof.walk.need import Need
from pgproof.walk.probes.rollback import Milestone, rollback, undo_release
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer, State
from pgproof.walk.step import Rows, Stepper
from pgproof.walk.twin import Twin

Progress = Callable[[str, int, int], None]
"""Called before each step with its version, its position from 0 and the number of steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Who walks, with which rows, and where it is written down."""

    server: Server
    tool: Tool
    observer: Observer
    rows: Rows
    folder: Folder
    prefix: str
    """What the names of its databases begin with."""
    start: int = 0
    """How many migrations a fresh database holds already."""

    def take(self, need: Need, progress: Progress) -> None:
        """Walk, and write ``step-<position>`` for each step and ``end`` to the folder."""
        base = roles.survey(self.server)
        stepper, twin = self.begin()
        empty = stepper.state
        applied, stopped, milestone = self._steps(stepper, need, progress)
        end = _end(stepper, applied, stopped)
        if self.tool.history.has_downs and applied and not stopped:
            if milestone is not None:
                end = self._release_undone(end, stepper.stage, need.release, milestone)
            if need.rollback:
                end = _all_undone(end, stepper.stage, applied, empty)
        self.folder.write("end", end)
        stepper.stage.drop()
        twin.drop()
        roles.leave(self.server, base)

    def begin(self) -> tuple[Stepper, Twin]:
        """Return who takes the steps, on a fresh database."""
        stage = Stage.fresh(self.server, self.tool, self.observer, f"{self.prefix}_walk")
        twin = Twin(self.server, self.tool, self.observer, f"{self.prefix}_twin", self.start)
        return Stepper(stage, self.rows, twin), twin

    def _steps(
        self, stepper: Stepper, need: Need, progress: Progress
    ) -> tuple[tuple[Migration, ...], str, Milestone | None]:
        """Return the migrations that applied, the one at which the walk ended, and what the release met first."""
        asked = _asked(self.tool, need)[self.start :]
        milestone = None
        for number, migration in enumerate(asked):
            position = self.start + number
            progress(migration.version, number, len(asked))
            if migration.version in need.release[:1]:
                stepper.make_ready(position, migration.version)
                milestone = Milestone.of(stepper.stage, stepper.state)
            step = stepper.take(position, migration, need.of(migration.version))
            self.folder.write(f"step-{position:04d}", step)
            if step.on_empty is not None:
                return asked[:number], migration.version, milestone
        return asked, "", milestone

    def _release_undone(self, end: End, stage: Stage, release: tuple[str, ...], milestone: Milestone) -> End:
        """Return the end with what came of the release's downs."""
        migrations = [m for m in self.tool.history.migrations if m.version in release]
        undone = undo_release(stage, migrations, milestone)
        seeded = tuple(version for version in release[1:] if version in self.rows.seeds)
        return replace(end, release=replace(undone, seeded=seeded))


def _all_undone(end: End, stage: Stage, applied: tuple[Migration, ...], empty: State) -> End:
    """Return the end with what came of all downs; those of the release have been run, where it has any."""
    if end.release is not None and end.release.stopped:
        return replace(end, rollback=end.release.attempt, rollback_stopped=end.release.stopped)
    left = applied[: -end.release.attempt.ran] if end.release is not None else applied
    tried, failed = rollback(stage, left, empty)
    return replace(end, rollback=replace(tried, ran=len(applied)), rollback_stopped=failed)


def _asked(tool: Tool, need: Need) -> tuple[Migration, ...]:
    migrations = tool.history.migrations
    if need.last is None:
        return migrations
    return migrations[: tool.history.versions.index(need.last) + 1]


def _end(stepper: Stepper, applied: tuple[Migration, ...], stopped: str) -> End:
    state, reader = stepper.state, stepper.stage.reader
    return End(
        version=applied[-1].version if applied else "",
        stopped=stopped,
        catalog=state.catalog,
        rows=state.rows,
        orphans=orphans(reader, state.catalog.foreign_keys),
        sequences=positions(reader, exclude=stepper.stage.observer.exclude, when="at the end, over rows"),
    )

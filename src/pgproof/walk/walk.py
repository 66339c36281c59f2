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
from pgproof.walk.probes.rollback import rollback
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer
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

    def take(self, need: Need, progress: Progress) -> None:
        """Walk, and write ``step-<position>`` for each step and ``end`` to the folder."""
        base = roles.survey(self.server)
        stage = Stage.fresh(self.server, self.tool, self.observer, f"{self.prefix}_walk")
        twin = Twin(self.server, self.tool, self.observer, f"{self.prefix}_twin")
        stepper = Stepper(stage, self.rows, twin)
        empty = stepper.state
        applied, stopped = self._steps(stepper, need, progress)
        end = _end(stepper, applied, stopped)
        if need.rollback and self.tool.history.has_downs and applied and not stopped:
            tried, failed = rollback(stepper.stage, applied, empty)
            end = replace(end, rollback=tried, rollback_stopped=failed)
        self.folder.write("end", end)
        stepper.stage.drop()
        twin.drop()
        roles.leave(self.server, base)

    def _steps(self, stepper: Stepper, need: Need, progress: Progress) -> tuple[tuple[Migration, ...], str]:
        """Return the migrations that applied, and the one at which the walk ended (empty where it did not)."""
        asked = _asked(self.tool, need)
        for position, migration in enumerate(asked):
            progress(migration.version, position, len(asked))
            step = stepper.take(position, migration, need.of(migration.version))
            self.folder.write(f"step-{position:04d}", step)
            if step.on_empty is not None:
                return asked[:position], migration.version
        return asked, ""


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

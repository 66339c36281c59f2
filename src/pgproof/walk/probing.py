"""The probes of one step: which are asked for, by which means, and what needs a second opinion."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pgproof.tool import Migration, SavepointTool, Tool
from pgproof.walk.evidence import Attempt
from pgproof.walk.means import Clone, Means, Savepoint
from pgproof.walk.need import Probe
from pgproof.walk.probes.again import again
from pgproof.walk.probes.down import down, redo
from pgproof.walk.stage import Stage
from pgproof.walk.state import State

PERMANENT = frozenset(
    {
        "42P07",  # duplicate_table (indexes, sequences, views too)
        "42701",  # duplicate_column
        "42710",  # duplicate_object
        "42723",  # duplicate_function
        "42P06",  # duplicate_schema
        "42P01",  # undefined_table
        "42703",  # undefined_column
        "42704",  # undefined_object
        "42883",  # undefined_function
        "3F000",  # invalid_schema_name
    }
)
"""Refusals that are the same behind a savepoint and after a commit: what is missing or there twice is permanent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the probes of one step found; None where one was not asked for or had nothing to do."""

    again: Attempt | None = None
    down: Attempt | None = None
    redo: Attempt | None = None

    def doubtful(self) -> frozenset[Probe]:
        """Return the probes whose refusal may be due to the savepoint: a clone decides."""
        found: dict[Probe, Attempt | None] = {"again": self.again, "down": self.down, "redo": self.redo}
        return frozenset(
            probe
            for probe, tried in found.items()
            if tried and tried.failure and tried.how == "savepoint" and tried.failure.sqlstate not in PERMANENT
        )


def reasons(tool: Tool, migration: Migration, catalogs: tuple[State, ...]) -> tuple[str, str]:
    """Return why up, and why down, cannot be probed behind a savepoint; empty where they can."""
    if not isinstance(tool, SavepointTool):
        reason = f"{tool.name} opens its own connection"
        return reason, reason
    deferrable = next((c.identity for s in catalogs for c in s.catalog.constraints if c.deferrable), "")
    if deferrable:
        reason = f"{deferrable} is deferrable: it is checked at COMMIT"
        return reason, reason
    up = tool.body(migration.version).needs_clone
    undo = tool.body(migration.version, down=True).needs_clone if migration.down else ""
    return up, up or undo


def wanted(migration: Migration, asked: frozenset[Probe]) -> frozenset[Probe]:
    """Return the probes that have something to do: without a down file there is nothing to undo."""
    return asked if migration.down else asked - {"down", "redo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One version, with the states before and after it."""

    version: str
    before: State
    after: State


def behind_savepoints(means: Savepoint, passage: Passage, asked: frozenset[Probe]) -> Probed:
    """Run probes in the migration's own transaction."""
    applied_again = None
    if "again" in asked:
        with means.undone():
            applied_again = again(means, passage.version, passage.after)
    if not asked & {"down", "redo"}:
        return Probed(again=applied_again)
    with means.undone():
        return replace(_down(means, passage, asked), again=applied_again)


def on_clones(stage: Stage, passage: Passage, asked: frozenset[Probe]) -> Probed:
    """Run probes on clones of the state after the step, through the tool's own commands."""
    applied_again = None
    if "again" in asked:
        with stage.clone("again") as copy:
            applied_again = again(Clone(copy), passage.version, passage.after)
    if not asked & {"down", "redo"}:
        return Probed(again=applied_again)
    with stage.clone("down") as copy:
        return replace(_down(Clone(copy), passage, asked), again=applied_again)


def _down(means: Means, passage: Passage, asked: frozenset[Probe]) -> Probed:
    undone = down(means, passage.version, passage.before, passage.after)
    if undone.failure is not None or "redo" not in asked:
        return Probed(down=undone)
    return Probed(down=undone, redo=redo(means, passage.version, passage.after))


def merged(first: Probed, second: Probed) -> Probed:
    """Return both, the second opinion (a clone's) first."""
    return Probed(again=second.again or first.again, down=second.down or first.down, redo=second.redo or first.redo)

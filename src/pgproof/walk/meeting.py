"""A migration met by a database: applied, looked at, probed, committed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import psycopg

from pgproof.catalog.diff import Change
from pgproof.data.positions import SequencePosition, positions, restore_sequences, sequence_states
from pgproof.tool import Migration, MigrationFailed, Ran, SavepointTool, Tool
from pgproof.walk.applying import commit
from pgproof.walk.evidence import Difference
from pgproof.walk.means import Savepoint
from pgproof.walk.need import Probe
from pgproof.walk.probing import Passage, Probed, behind_savepoints, merged, on_clones, reasons, wanted
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer, State, difference

FEEDS = frozenset({"default", "identity_mode", "owned_by"})
"""The properties by which a sequence is attached to a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What one migration did to one database."""

    migration: Migration
    ran: tuple[Ran, ...]
    after: State
    change: Difference
    probed: Probed
    clone_reason: str
    attached: tuple[SequencePosition, ...]


def meet(stage: Stage, migration: Migration, asked: frozenset[Probe], before: State) -> Met:
    """Apply one migration and run its probes; raises MigrationFailed, with the database as the tool left it."""
    reason, _ = reasons(stage.tool, migration, (before,))
    if isinstance(stage.tool, SavepointTool) and not reason:
        if stage.is_warm:
            try:
                return _in_its_transaction(stage, stage.tool, migration, asked, before)
            except MigrationFailed:
                stage.cool()  # it may be due to what the session has planned for earlier migrations
        return _in_its_transaction(stage, stage.tool, migration, asked, before)
    return _through_the_tool(stage, migration, asked, before, reason)


def _in_its_transaction(
    stage: Stage, tool: SavepointTool, migration: Migration, asked: frozenset[Probe], before: State
) -> Met:
    version = migration.version
    probes = wanted(migration, asked)
    with stage.migrating() as connection:
        connection.execute("BEGIN")
        ran = tuple(tool.run(connection, version))
        tool.record(connection, version)
        after = stage.observer.within(connection, before)
        change = difference(before, after)
        attached = _attached(connection, stage.observer, change, (before, after), version)
        behind, reason = _split(tool, migration, probes, (before, after))
        passage = Passage(version=version, before=before, after=after)
        probed = _probe_behind(connection, Savepoint(connection, tool, stage.observer), passage, behind)
        commit(connection, migration)
    rest = (probes - behind) | probed.doubtful()
    if rest:
        probed = merged(probed, on_clones(stage, passage, rest))
    return Met(
        migration=migration, ran=ran, after=after, change=change, probed=probed, clone_reason=reason, attached=attached
    )


def _split(
    tool: Tool, migration: Migration, asked: frozenset[Probe], states: tuple[State, ...]
) -> tuple[frozenset[Probe], str]:
    """Return the probes that may run behind savepoints, and why the others may not."""
    up, undo = reasons(tool, migration, states)
    if up:
        return frozenset(), up
    return (asked - {"down", "redo"}, undo) if undo else (asked, "")


def _probe_behind(
    connection: psycopg.Connection, means: Savepoint, passage: Passage, asked: frozenset[Probe]
) -> Probed:
    if not asked:
        return Probed()
    # A rolled back savepoint does not give back what nextval took.
    held = sequence_states(connection) if passage.after.catalog.sequences else {}
    probed = behind_savepoints(means, passage, asked)
    if held:
        restore_sequences(connection, held)
    return probed


def _through_the_tool(stage: Stage, migration: Migration, asked: frozenset[Probe], before: State, reason: str) -> Met:
    stage.release()
    ran = tuple(stage.tool.up(stage.url, migration.version))
    after = stage.look(before)
    change = difference(before, after)
    attached = _attached(stage.reader, stage.observer, change, (before, after), migration.version)
    probes = wanted(migration, asked)
    passage = Passage(version=migration.version, before=before, after=after)
    probed = on_clones(stage, passage, probes) if probes else Probed()
    return Met(
        migration=migration, ran=ran, after=after, change=change, probed=probed, clone_reason=reason, attached=attached
    )


def _attached(
    connection: psycopg.Connection, observer: Observer, change: Difference, passage: tuple[State, State], version: str
) -> tuple[SequencePosition, ...]:
    """Return the sequences that a step attached to columns of tables that held rows."""
    before, after = passage
    drawing = {c.identity for c in after.catalog.columns if c.identity_mode or "nextval(" in (c.default or "")}
    fed = {c.identity for c in change.schema if _may_feed(c, drawing)}
    if not fed:
        return ()
    held = {table for table, rows in before.rows.items() if rows}
    found = positions(connection, exclude=observer.exclude, when=f"after {version}, over rows")
    return tuple(
        p for p in found if (p.sequence in fed or p.column in fed) and any(p.column.startswith(f"{t}.") for t in held)
    )


def _may_feed(change: Change, drawing: Collection[str]) -> bool:
    """Return whether a change is that of a sequence or column by which the one may feed the other from now on."""
    if change.what == "removed" or (change.what == "changed" and not FEEDS & {f.name for f in change.fields}):
        return False
    return change.kind == "sequence" or (change.kind == "column" and change.identity in drawing)

"""The preview: the whole history, met by empty databases before anything is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import Change, diff
from pgproof.catalog.read import Snapshot, read
from pgproof.data.counts import row_counts
from pgproof.data.positions import SequencePosition, positions
from pgproof.data.seeds import run_seed
from pgproof.errors import UsageFault
from pgproof.server import Server, database, roles
from pgproof.tool import Failure, HistoryTable, MigrationFailed, Tool
from pgproof.tool.names import identifier
from pgproof.walk.applying import up
from pgproof.walk.evidence import Preview
from pgproof.walk.lookahead import LookAhead
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer

_NO_SEEDS: Mapping[str, Path] = {}
EMPTY = "after all migrations, on an empty database"


def history_identity(table: HistoryTable) -> frozenset[str]:
    """Return what the catalog leaves out: the tool's own table, as the catalog would write it."""
    return frozenset({f"{identifier(table.schema)}.{identifier(table.table)}"})


@dataclass(slots=True)
class _Stepped:
    """What one at a time, on an empty database, has shown."""

    ahead: LookAhead = field(default_factory=LookAhead)
    catalog: Catalog = field(default_factory=Catalog)
    first_seen: dict[str, str] = field(default_factory=dict)
    failure: dict[str, Failure] = field(default_factory=dict)
    sequences: tuple[SequencePosition, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    rows_unknown: str = ""
    migrator: str = ""


def take_preview(
    server: Server, tool: Tool, observer: Observer, prefix: str, seeds: Mapping[str, Path] = _NO_SEEDS
) -> tuple[Preview, LookAhead]:
    """Apply the history all at once and one at a time to empty databases, and compare.

    ``seeds`` are the team's own rows, by version; where there are any, a third database counts with them.
    """
    started = perf_counter()
    base = roles.survey(server)
    failure, at_once = _all_at_once(Stage.fresh(server, tool, observer, f"{prefix}_once"))
    roles.drop_later(server, base)
    stepped = _one_at_a_time(Stage.fresh(server, tool, observer, f"{prefix}_steps"))
    roles.drop_later(server, base)
    if seeds and not stepped.failure:
        stepped.rows, stepped.rows_unknown = _seeded(Stage.fresh(server, tool, observer, f"{prefix}_seeded"), seeds)
        roles.drop_later(server, base)
    modes_differ: tuple[Change, ...] = ()
    if failure is None and not stepped.failure:
        modes_differ = tuple(c for c in diff(stepped.catalog, at_once) if not c.is_weak)
    preview = Preview(
        server=server.label,
        server_version=server.version,
        tool=tool.name,
        history=tool.history,
        history_table=tool.history_table,
        catalog=stepped.catalog,
        all_at_once=failure,
        on_empty=stepped.failure,
        modes_differ=modes_differ,
        sequences=stepped.sequences,
        migrator=stepped.migrator,
        rows=stepped.rows,
        rows_unknown=stepped.rows_unknown,
        first_seen=stepped.first_seen,
        seconds=perf_counter() - started,
    )
    return preview, stepped.ahead


def _all_at_once(stage: Stage) -> tuple[Failure | None, Catalog]:
    try:
        stage.tool.up_all(stage.url)
    except MigrationFailed as failed:
        return failed.failure, Catalog()
    else:
        return None, read(stage.reader, exclude=stage.observer.exclude).catalog
    finally:
        stage.drop()


def _one_at_a_time(stage: Stage) -> _Stepped:
    exclude = stage.observer.exclude
    seen = _Stepped()
    snapshot = read(stage.reader, exclude=exclude)
    for position, migration in enumerate(stage.tool.history.migrations):
        version = migration.version
        try:
            ran, reached = up(stage, migration, snapshot)
        except MigrationFailed as failed:
            seen.failure[version] = failed.failure
            break
        seen.ahead.learn(position, reached.catalog, ran)
        _note(seen.first_seen, snapshot, reached, version)
        snapshot = reached
    seen.catalog = snapshot.catalog
    seen.sequences = positions(stage.reader, exclude=exclude, when=EMPTY)
    seen.rows = row_counts(stage.reader, exclude=exclude)
    with database.connect(stage.url) as session:
        seen.migrator = str(session.execute("SELECT current_user").fetchall()[0][0])
    stage.drop()
    return seen


def _seeded(stage: Stage, seeds: Mapping[str, Path]) -> tuple[dict[str, int], str]:
    """Return the rows that seed files and migrations leave, or why they do not get that far."""
    try:
        for version in stage.tool.history.versions:
            if version in seeds:
                run_seed(stage.reader, seeds[version])
            stage.tool.up(stage.url, version)
        return row_counts(stage.reader, exclude=stage.observer.exclude), ""
    except MigrationFailed as failed:
        return {}, f"{failed.failure.file} fails over the rows of the seed files: {failed.failure.message}"
    except UsageFault as fault:
        return {}, fault.message
    finally:
        stage.drop()


def _note(first_seen: dict[str, str], before: Snapshot, after: Snapshot, version: str) -> None:
    for change in diff(before.catalog, after.catalog):
        if change.what != "removed" and not change.is_weak:
            first_seen[f"{change.kind} {change.identity}"] = version

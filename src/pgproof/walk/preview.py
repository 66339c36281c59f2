"""The preview: the whole history, met by empty databases before anything is collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import Change, diff
from pgproof.catalog.read import read
from pgproof.data.counts import row_counts
from pgproof.data.positions import SequencePosition, positions
from pgproof.data.seeds import run_seed
from pgproof.errors import UsageFault
from pgproof.server import Server, database, roles
from pgproof.tool import Failure, HistoryTable, MigrationFailed, Tool
from pgproof.tool.names import identifier
from pgproof.walk.applying import up
from pgproof.walk.evidence import Deployment, Preview, Release, SecondUp
from pgproof.walk.lookahead import LookAhead
from pgproof.walk.release import InOneGo, release_of, up_again
from pgproof.walk.seen import Seen
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer

EMPTY = "after all migrations, on an empty database"


def history_identity(table: HistoryTable) -> frozenset[str]:
    """Return what the catalog leaves out: the tool's own table, as the catalog would write it."""
    return frozenset({f"{identifier(table.schema)}.{identifier(table.table)}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is previewed, and how."""

    seeds: Mapping[str, Path] = field(default_factory=dict)
    """The team's own rows, by version; where there are any, a further database counts with them."""
    start: int = 0
    """How many migrations fresh databases hold already: those before the base, which are not judged."""
    newest: int = 3
    """Without such a base the newest migrations are the release."""
    is_confined: bool = False
    """Whether it is known that no migration reaches beyond its database: then two may be migrated at once."""


@dataclass(slots=True)
class _Once:
    """What all at once, on an empty database, has shown."""

    failure: Failure | None = None
    catalog: Catalog = field(default_factory=Catalog)
    second_up: SecondUp | None = None


@dataclass(slots=True)
class _Stepped:
    """What one at a time, on an empty database, has shown."""

    ahead: LookAhead = field(default_factory=LookAhead)
    catalog: Catalog = field(default_factory=Catalog)
    seen: Seen = field(default_factory=Seen)
    failure: dict[str, Failure] = field(default_factory=dict)
    deployment: Deployment | None = None
    sequences: tuple[SequencePosition, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    rows_unknown: str = ""
    migrator: str = ""


def take_preview(
    server: Server, tool: Tool, observer: Observer, prefix: str, plan: Plan
) -> tuple[Preview, LookAhead]:
    """Apply the history all at once and one at a time to empty databases, and compare."""
    started = perf_counter()
    base = roles.survey(server)
    release = release_of(tool.history.versions, newest=plan.newest, start=plan.start)
    once, stepped = _both(partial(Stage.fresh, server, tool, observer), prefix, base, plan, release)
    roles.drop_later(server, base)
    if plan.seeds and not stepped.failure:
        seeded = Stage.fresh(server, tool, observer, f"{prefix}_seeded")
        stepped.rows, stepped.rows_unknown = _seeded(seeded, plan)
        roles.drop_later(server, base)
    preview = Preview(
        server=server.label,
        server_version=server.version,
        tool=tool.name,
        history=tool.history,
        history_table=tool.history_table,
        catalog=stepped.catalog,
        all_at_once=once.failure,
        on_empty=stepped.failure,
        modes_differ=_modes_differ(once, stepped),
        release=release,
        deployment=None if stepped.failure else stepped.deployment,
        second_up=once.second_up,
        start=plan.start,
        sequences=stepped.sequences,
        migrator=stepped.migrator,
        rows=stepped.rows,
        rows_unknown=stepped.rows_unknown,
        first_seen=stepped.seen.by,
        touched=stepped.seen.touched,
        seconds=perf_counter() - started,
    )
    return preview, stepped.ahead


def _both(
    fresh: Callable[[str], Stage], prefix: str, base: roles.Roles, plan: Plan, release: Release
) -> tuple[_Once, _Stepped]:
    """Return what all at once and one at a time show: side by side, where neither can disturb the other."""
    stage = fresh(f"{prefix}_once")
    if not plan.is_confined:
        once = _all_at_once(stage)
        roles.drop_later(stage.server, base)
        return once, _one_at_a_time(fresh(f"{prefix}_steps"), plan, release)
    steps, pool = fresh(f"{prefix}_steps"), ThreadPoolExecutor(1, "pgproof-all-at-once")
    try:
        at_once = pool.submit(_all_at_once, stage)
        stepped = _one_at_a_time(steps, plan, release)
        once = at_once.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)  # whoever interrupts does not wait for it
        raise
    pool.shutdown()
    return once, stepped


def _modes_differ(once: _Once, stepped: _Stepped) -> tuple[Change, ...]:
    if once.failure is not None or stepped.failure:
        return ()
    return tuple(c for c in diff(stepped.catalog, once.catalog) if not c.is_weak)


def _all_at_once(stage: Stage) -> _Once:
    try:
        stage.tool.up_all(stage.url)
    except MigrationFailed as failed:
        return _Once(failure=failed.failure)
    else:
        reached = stage.look()
        return _Once(catalog=reached.catalog, second_up=up_again(stage, reached))
    finally:
        stage.drop()


def _one_at_a_time(stage: Stage, plan: Plan, release: Release) -> _Stepped:
    exclude = stage.observer.exclude
    found, in_one_go = _Stepped(), InOneGo(release)
    snapshot = read(stage.reader, exclude=exclude)
    if plan.start:
        found.ahead.learn(plan.start - 1, snapshot.catalog, ())
        held = row_counts(stage.reader, exclude=exclude)
        found.seen.begin(positions(stage.reader, exclude=exclude, when=EMPTY), held)
    for position, migration in enumerate(stage.tool.history.migrations[plan.start :], plan.start):
        version = migration.version
        try:
            ran, reached = up(stage, migration, snapshot)
        except MigrationFailed as failed:
            found.failure[version] = failed.failure
            break
        found.ahead.learn(position, reached.catalog, ran)
        found.seen.note(snapshot.catalog, reached.catalog, version)
        snapshot = reached
        in_one_go.try_here(stage, version)
    found.catalog = snapshot.catalog
    found.deployment = in_one_go.beside(snapshot.catalog)
    found.sequences = positions(stage.reader, exclude=exclude, when=EMPTY)
    found.rows = row_counts(stage.reader, exclude=exclude)
    found.seen.end(found.sequences, found.rows)
    with database.connect(stage.url) as session:
        found.migrator = str(session.execute("SELECT current_user").fetchall()[0][0])
    stage.drop()
    return found


def _seeded(stage: Stage, plan: Plan) -> tuple[dict[str, int], str]:
    """Return the rows that seed files and migrations leave, or why they do not get that far."""
    versions = stage.tool.history.versions
    older = [version for version in versions[: plan.start] if version in plan.seeds]
    if older:
        stage.drop()
        return {}, f"the seed file of {older[0]}, which is older than the base, is not run"
    try:
        for version in versions[plan.start :]:
            if version in plan.seeds:
                run_seed(stage.reader, plan.seeds[version])
            stage.tool.up(stage.url, version)
        return row_counts(stage.reader, exclude=stage.observer.exclude), ""
    except MigrationFailed as failed:
        return {}, f"{failed.failure.file} fails over the rows of the seed files: {failed.failure.message}"
    except UsageFault as fault:
        return {}, fault.message
    finally:
        stage.drop()

"""One step of the walk: rows made ready, the migration met, and the fall-back where rows are in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from pgproof.data.keep import keep_rows
from pgproof.data.rows import Filler
from pgproof.data.seeds import run_seed
from pgproof.tool import Failure, Migration, MigrationFailed, ReadableTool, Recorded, SavepointTool
from pgproof.walk.emptying import empty, named
from pgproof.walk.evidence import Step
from pgproof.walk.lookahead import LookAhead
from pgproof.walk.meeting import Met, meet
from pgproof.walk.need import Probe
from pgproof.walk.stage import Stage
from pgproof.walk.twin import Twin


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Where rows come from."""

    filler: Filler
    ahead: LookAhead
    seeds: Mapping[str, Path]
    """Version → the team's own rows, run just before it."""
    keep: Path | None
    """The folder that the rows before each version are written to."""


class Stepper:
    """Takes steps, one after another, on one database."""

    def __init__(self, stage: Stage, rows: Rows, twin: Twin) -> None:
        self.stage = stage
        self.state = stage.look()
        self._rows = rows
        self._twin = twin
        self._recorded: tuple[Recorded, ...] = stage.recorded()
        self._stale: set[str] | None = None
        """Tables that may need rows; None: all."""
        self._ready: tuple[int, Mapping[str, str]] | None = None
        """For which position the rows are there, and what could not be filled."""

    def take(self, position: int, migration: Migration, asked: frozenset[Probe]) -> Step:
        """Return the evidence of one migration; the database stands after it, or before it where it never applies."""
        started = perf_counter()
        unfilled = self.make_ready(position, migration.version)
        before = self.state
        draft = Step(
            position=position,
            version=migration.version,
            file=str(migration.up),
            mode=migration.mode,
            rows_before=before.rows,
            unfilled=unfilled,
        )
        try:
            met = meet(self.stage, migration, asked, before)
        except MigrationFailed as failed:
            return self._without_rows(draft, migration, asked, failed.failure, started)
        return self._written(draft, met, started)

    def make_ready(self, position: int, version: str) -> Mapping[str, str]:
        """Let the database stand as the migration is to meet it; return what could not be filled."""
        if self._ready is None or self._ready[0] != position:
            self._ready = position, self._prepare(position, version)
        return self._ready[1]

    def _prepare(self, position: int, version: str) -> Mapping[str, str]:
        """Bring in the team's rows and then generated ones; return what could not be filled."""
        seed = self._rows.seeds.get(version)
        if seed is not None:
            run_seed(self.stage.reader, seed)
            self.state = self.stage.look(self.state)
        filled = self._rows.filler.top_up(
            self.stage.reader,
            self.state.catalog,
            future=self._rows.ahead.before(position),
            exclude=self.stage.observer.exclude,
            only=self._stale,
        )
        self._stale = set()
        if filled.inserted:
            self._look_at(set(filled.inserted))
        if self._rows.keep is not None:
            keep_rows(self.stage.reader, self.state.catalog, self._rows.keep, version, self.stage.observer.exclude)
        return filled.unfilled

    def _look_at(self, tables: set[str]) -> None:
        catalog = self.state.catalog
        if catalog.triggers or catalog.rules:  # an insert may have moved rows of other tables too
            self.state = self.stage.look(self.state)
        else:
            self.state = self.stage.observer.refreshed(self.stage.reader, self.state, tables)

    def _without_rows(
        self, draft: Step, migration: Migration, asked: frozenset[Probe], on_rows: Failure, started: float
    ) -> Step:
        """Try again with the rows out of the way: of the tables that the migration names, then of all."""
        held, last = self.state.rows, on_rows
        draft = replace(draft, on_rows=on_rows)
        for make_way in (self._empty_named, self._empty_all):
            if not make_way(draft.position, migration, on_rows):
                continue
            emptied = tuple(sorted(t for t, n in held.items() if self.state.rows.get(t, 0) < n))
            try:
                met = meet(self.stage, migration, asked, self.state)
            except MigrationFailed as failed:
                last = failed.failure
                continue
            self._stale = None
            return self._written(replace(draft, emptied=emptied), met, started)
        return replace(draft, on_empty=last, seconds=perf_counter() - started)

    def _empty_named(self, position: int, migration: Migration, on_rows: Failure) -> bool:
        if migration.mode != "transaction" or not isinstance(self.stage.tool, SavepointTool):
            return False  # it may have left half of its work
        tables = named(self.state, {on_rows.table, *self.stage.tool.body(migration.version).tables})
        if not tables or not empty(self.stage, self._twin.at(position), self.state, tables):
            return False
        self.state = self.stage.look()
        return True

    def _empty_all(self, position: int, _migration: Migration, _on_rows: Failure) -> bool:
        name = self.stage.name
        self.stage.drop()
        self.stage = self._twin.give(position, name)
        self.state = self.stage.look()
        return True

    def _written(self, draft: Step, met: Met, started: float) -> Step:
        self._note_stale(met)
        self.state = met.after
        before, self._recorded = self._recorded, self.stage.recorded()
        return replace(
            draft,
            ran=met.ran,
            change=met.change,
            recorded=self._recorded,
            recorded_before=before,
            clone_reason=met.clone_reason,
            again=met.probed.again,
            down_is_empty=self._down_is_empty(met.migration),
            down=met.probed.down,
            redo=met.probed.redo,
            attached=met.attached,
            seconds=perf_counter() - started,
        )

    def _note_stale(self, met: Met) -> None:
        if self._stale is None:
            return
        for change in met.change.schema:
            if change.kind in {"table", "column", "constraint", "index"}:
                self._stale.add(change.table or change.identity)
        self._stale |= {c.renamed_to or c.table for c in met.change.rows}

    def _down_is_empty(self, migration: Migration) -> bool:
        if migration.down is None or not isinstance(self.stage.tool, ReadableTool):
            return False
        return self.stage.tool.body(migration.version, down=True).is_empty


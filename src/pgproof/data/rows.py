"""Tables topped up with rows that satisfy every constraint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import psycopg

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Column, Constraint, Table, Trigger
from pgproof.data.facts import Reader
from pgproof.data.fill import Fill
from pgproof.data.future import FutureKey, Key, concerning, keys, tops
from pgproof.data.needs import Look, Need

__all__ = ["Filled", "Filler", "FutureKey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a top-up did."""

    inserted: Mapping[str, int] = field(default_factory=dict)
    """Rows added, by table."""
    unfilled: Mapping[str, str] = field(default_factory=dict)
    """Every table that holds no row although it should, and why, in the server's words where there are some."""


class Filler:
    """Tops tables up before each migration: at least ``rows`` rows, each nullable column with values and NULLs.

    Same seed, same rows. It remembers what was tried in vain, so that a table is not tried again before its
    definition, its rows, or those of a table to which it refers have changed. One filler serves one walk.
    """

    def __init__(self, rows: int = 20, seed: int = 1, floor: int = 100_001) -> None:
        self.rows = rows
        self.seed = seed
        self.floor = floor
        self._tried: dict[str, object] = {}
        self._unfilled: dict[str, str] = {}
        self._awaited: set[str] = set()
        self._look = Look(rows)
        self._reader = Reader()

    def top_up(
        self,
        connection: psycopg.Connection,
        catalog: Catalog,
        *,
        future: Sequence[FutureKey] = (),
        exclude: frozenset[str] = frozenset(),
        only: Collection[str] | None = None,
    ) -> Filled:
        """Fill what lacks rows, values, NULLs or variety, in one transaction.

        ``future`` are the foreign keys that the history adds after this state, ``exclude`` tables that are none of
        the migrations' own, ``only`` the tables whose rows or definition changed since the last call (None: all).
        """
        if only is not None and not only and not self._unfilled:
            return Filled()
        present = {t.identity: t for t in catalog.tables if _is_root(t) and t.identity not in exclude}
        self._unfilled = {t: why for t, why in self._unfilled.items() if t in present}
        asked = present if only is None else _roots(catalog, only) | self._unfilled.keys()
        state = _State(catalog, present, future)
        inserted: dict[str, int] = defaultdict(int)
        lacking = self._lacking(connection, state, sorted(present.keys() & asked))
        for _ in range(2):  # the second round closes the circles that the first one broke by NULLs
            if not lacking:
                break
            fill = self._filled(connection, state, lacking)
            for table, count in fill.inserted.items():
                inserted[table] += count
            lacking = self._remember(connection, state, lacking, fill)
        return Filled(inserted=dict(inserted), unfilled=dict(sorted(self._unfilled.items())))

    def _filled(self, connection: psycopg.Connection, state: _State, lacking: Sequence[Need]) -> Fill:
        known = state.keys({n.table for n in lacking})
        limits = tops(state.catalog, known)
        with connection.transaction():
            fill = Fill(
                connection, known, limits, reader=self._reader, rows=self.rows, seed=self.seed, floor=self.floor
            )
            fill.all(lacking)
        return fill

    def _lacking(self, connection: psycopg.Connection, state: _State, tables: Iterable[str]) -> list[Need]:
        """Return what the tables lack and was not tried in vain."""
        asked = [state.tables[t] for t in tables]
        columns = state.columns({t.identity for t in asked})
        found = self._look.needs(connection, asked, columns, frozenset(self._awaited))
        for table in {t.identity for t in asked} - {n.table for n in found if not n.held}:
            self._unfilled.pop(table, None)
        again = {n.table for n in found if n.table not in self._tried or self._tried[n.table] != self._trial(state, n)}
        keys = state.keys(self._unfilled.keys()) if again and self._unfilled else ()
        while more := {k.table for k in keys if k.references in again and k.table in self._unfilled} - again:
            again |= more  # what they refer to may hold rows in a moment
        return [n for n in found if n.table in again]

    def _trial(self, state: _State, need: Need) -> object:
        keys = state.keys({need.table}) if self._unfilled else ()
        empty = frozenset(k.references for k in keys if k.table == need.table and k.references in self._unfilled)
        return (need.wants, state.shape(need.table), empty)

    def _remember(self, connection: psycopg.Connection, state: _State, tried: Sequence[Need], fill: Fill) -> list[Need]:
        """Note what came of a round; return what the next one should try."""
        self._awaited = (self._awaited | fill.foretold) - {n.table for n in tried}
        for need in tried:
            if not need.held and not fill.inserted.get(need.table):
                self._unfilled[need.table] = fill.reasons.get(need.table, "no row that was tried was taken")
        left = self._lacking(connection, state, [n.table for n in tried])
        for need in left:
            self._tried[need.table] = self._trial(state, need)
        return [n for n in left if n.table in fill.broken]


def _is_root(table: Table) -> bool:
    return table.variety != "foreign table" and not table.partition_of


def _roots(catalog: Catalog, tables: Iterable[str]) -> set[str]:
    """Return tables with partitions taken for their roots."""
    parents = {t.identity: t.partition_of for t in catalog.tables if t.partition_of}
    found = set()
    for table in tables:
        root = table
        while root in parents:
            root = parents[root]
        found.add(root)
    return found


class _State:
    """The parts of a catalog that concern the tables to fill; each is looked up when it is asked for."""

    def __init__(self, catalog: Catalog, present: Mapping[str, Table], future: Sequence[FutureKey]) -> None:
        self.catalog = catalog
        self.tables = present
        self._future = future
        self._columns: dict[str, list[Column]] = {}

    def columns(self, tables: Collection[str]) -> Mapping[str, Sequence[Column]]:
        """Return the columns of these tables, and maybe of others, that an INSERT may give."""
        new: dict[str, list[Column]] = {t: [] for t in tables if t not in self._columns}
        if new:
            for column in self.catalog.columns:
                if column.table in new and not column.generated:
                    new[column.table].append(column)
            self._columns |= new
        return self._columns

    def keys(self, tables: Collection[str]) -> tuple[Key, ...]:
        """Return the foreign keys, of today and later, that decide about rows of these tables."""
        now, later = concerning(self.catalog, self._future, tables, self.tables)
        ends = {f.table for f in later} | {f.references for f in later}
        columns = self.columns(ends & self.tables.keys())
        return keys(now, later, {t: frozenset(c.name for c in columns[t]) for t in ends & self.tables.keys()})

    @cached_property
    def _declared(self) -> Mapping[str, Sequence[object]]:
        found: dict[str, list[object]] = defaultdict(list)
        things: tuple[Constraint | Trigger, ...] = (*self.catalog.constraints, *self.catalog.triggers)
        for thing in things:
            found[thing.table].append(thing)
        return found

    def shape(self, table: str) -> object:
        """Return what decides about a table's rows, to be compared with an earlier state."""
        columns = tuple(self.columns({table})[table])
        return (self.tables[table], columns, tuple(self._declared.get(table, ())))

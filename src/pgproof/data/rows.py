"""Tables topped up with rows that satisfy every constraint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Column, Table
from pgproof.data.fill import Fill
from pgproof.data.future import FutureKey, Key, keys, tops
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
        present = {t.identity: t for t in catalog.tables if _is_root(t) and t.identity not in exclude}
        self._unfilled = {t: why for t, why in self._unfilled.items() if t in present}
        asked = present if only is None else _roots(catalog, only) | self._unfilled.keys()
        tables = sorted(present.keys() & asked)
        state = _State(catalog, present, future)
        inserted: dict[str, int] = defaultdict(int)
        lacking = self._lacking(connection, state, tables)
        for _ in range(2):  # the second round closes the circles that the first one broke by NULLs
            if not lacking:
                break
            with connection.transaction():
                limits = tops(catalog, state.keys)
                fill = Fill(connection, state.keys, limits, rows=self.rows, seed=self.seed, floor=self.floor)
                fill.all(lacking)
            for table, count in fill.inserted.items():
                inserted[table] += count
            lacking = self._remember(connection, state, lacking, fill)
        return Filled(inserted=dict(inserted), unfilled=dict(sorted(self._unfilled.items())))

    def _lacking(self, connection: psycopg.Connection, state: _State, tables: Iterable[str]) -> list[Need]:
        """Return what the tables lack and was not tried in vain."""
        asked = [state.tables[t] for t in tables]
        found = self._look.needs(connection, asked, state.columns, frozenset(self._awaited))
        for table in {t.identity for t in asked} - {n.table for n in found if not n.held}:
            self._unfilled.pop(table, None)
        again = {n.table for n in found if n.table not in self._tried or self._tried[n.table] != self._trial(state, n)}
        while more := {k.table for k in state.keys if k.references in again and k.table in self._unfilled} - again:
            again |= more  # what they refer to may hold rows in a moment
        return [n for n in found if n.table in again]

    def _trial(self, state: _State, need: Need) -> object:
        empty = frozenset(k.references for k in state.keys if k.table == need.table and k.references in self._unfilled)
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
    """The parts of a catalog that concern the tables to fill."""

    def __init__(self, catalog: Catalog, present: Mapping[str, Table], future: Sequence[FutureKey]) -> None:
        self.tables = present
        self.columns: dict[str, list[Column]] = {t: [] for t in present}
        for column in catalog.columns:
            if column.table in present and not column.generated:
                self.columns[column.table].append(column)
        self.keys: tuple[Key, ...] = keys(
            catalog, future, {t: frozenset(c.name for c in cs) for t, cs in self.columns.items()}
        )
        self._catalog = catalog

    def shape(self, table: str) -> object:
        """Return what decides about a table's rows, to be compared with an earlier state."""
        constraints = tuple(c for c in self._catalog.constraints if c.table == table)
        triggers = tuple(t for t in self._catalog.triggers if t.table == table)
        return (self.tables[table], tuple(self.columns[table]), constraints, triggers)

"""One top-up: the tables that lack something, filled in the order of their foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

import psycopg
from psycopg import sql

from pgproof.data.agree import agreed
from pgproof.data.candidates import Plan, Row, distinct, refer_to_each_other
from pgproof.data.exchange import START, ask, attempt
from pgproof.data.facts import Reader, TableFacts
from pgproof.data.future import Key
from pgproof.data.insert import insert, insert_together, many, one_by_one
from pgproof.data.judge import Judge
from pgproof.data.keys import advance
from pgproof.data.needs import Need
from pgproof.data.order import layers
from pgproof.data.planner import Planner, Unfillable

SETTINGS = ("SET LOCAL client_min_messages = error", "SET LOCAL jit = off", "SET CONSTRAINTS ALL IMMEDIATE")
BATCH = 32
"""Tables that are filled in one exchange."""
TRIES = 2_000
"""Candidates before a table is given up."""


class Fill:
    """Fills tables inside an open transaction; what came of it is in its attributes."""

    def __init__(
        self,
        connection: psycopg.Connection,
        known: Sequence[Key],
        tops: Mapping[tuple[str, str], int],
        *,
        reader: Reader,
        rows: int,
        seed: int,
        floor: int,
    ) -> None:
        self.inserted: dict[str, int] = {}
        self.reasons: dict[str, str] = {}
        self.broken: set[str] = set()
        """Tables that refer by NULL only because their parents were filled after them."""
        self.foretold: set[str] = set()
        """Tables to whose future keys others refer already."""
        self._connection = connection
        self._known = known
        self._reader = reader
        self._seed = seed
        self._waiting: list[tuple[Need, TableFacts, list[Row]]] = []
        """Rows that are to be inserted with the next batch."""
        self._planner = Planner(connection, known, tops, rows=rows, floor=floor)

    def all(self, needs: Sequence[Need]) -> None:
        """Fill them; set the sequences that feed their keys."""
        facts, types = self._reader.read(
            self._connection, [n.table for n in needs], before=[*map(sql.SQL, SETTINGS), START]
        )
        self._judge = Judge(self._connection, types)
        self._planner.prepare(facts, types, needs, self._judge)
        wanted = {n.table: n for n in needs}
        for group in self._groups(wanted):
            if len(group) > 1:
                self._send()
                if not self._fill_together([wanted[t] for t in group]):
                    continue
            for table in group:
                if table not in self.inserted:
                    self._fill(wanted[table])
        filled = [facts[t] for t in (*self.inserted, *(n.table for n, _, _ in self._waiting))]
        if not self._send(advance(filled, self._planner.held.greatest)):
            ask(self._connection, advance([facts[t] for t in self.inserted], self._planner.held.greatest))
        self.foretold = self._planner.foretold
        self.broken = (self.broken | self._planner.broken) & wanted.keys()

    def _groups(self, wanted: Mapping[str, Need]) -> tuple[tuple[str, ...], ...]:
        """Return tables in order; together only those that NOT NULL keys of today tie in a circle."""
        keys = [k for k in self._known if k.table in wanted and k.references in wanted and k.table != k.references]
        kept = keys
        for is_loose in (lambda k: k.is_future, self._planner.may_be_null):
            place = {t: n for n, group in enumerate(layers([*wanted], _edges(kept))) for t in group}
            kept = [k for k in kept if place[k.table] != place[k.references] or not is_loose(k)]
        return layers([*wanted], _edges(kept))

    def _fill(self, need: Need) -> None:
        """Fill a table, later and with others if the server is sure to take its rows as they are."""
        if not self._planner.knows_parents(need.table):
            self._send()
        if not (self._planner.is_plain(need) and self._may_wait(need)):
            self._send()
            self._fill_alone(need)

    def _may_wait(self, need: Need) -> bool:
        """Plan the rows of a table for the next batch; return whether that was possible."""
        try:
            plan = self._planner.plan(need)
        except Unfillable:
            return False
        table, is_first = plan.table, self._planner.is_first_of_its_own(need.table)
        rows = self._fitting(plan, list(plan.regular(plan.count)))
        if len(rows) < need.count or not table.writable or rows[0].keys() != {c.name for c in table.writable}:
            return False  # what is left to a default may cost a number of a sequence, or change from try to try
        if is_first:
            self.broken.add(need.table)
        self._planner.count_on(table, rows)
        self._waiting.append((need, table, rows))
        if len(self._waiting) == BATCH:
            self._send()
        return True

    def _send(self, last: Sequence[sql.Composable] = ()) -> bool:
        """Insert what waits, all of it or, where one row is refused, table by table; return whether it was sent.

        The ``last`` statements go with it; they are lost where a row is refused.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return False
        inserts = [many(table, table.writable, rows) for _, table, rows in waiting]
        if isinstance(attempt(self._connection, [*inserts, *last]), str):
            for need, _, _ in waiting:
                self._planner.held.forget(need.table)
            for need, _, _ in waiting:
                self._fill_alone(need)
            return False
        self.inserted.update((need.table, len(rows)) for need, _, rows in waiting)
        return True

    def _fill_alone(self, need: Need) -> None:
        self._unmet = ""
        try:
            plan = self._planner.plan(need)
        except Unfillable as why:
            self.reasons[need.table] = str(why)
            return
        if self._planner.is_first_of_its_own(need.table):
            self.broken.add(need.table)
        taken, refusal, swallowed, given = 0, "", 0, 0
        for rows in self._batches(plan):
            fitting = self._fitting(plan, rows, given)
            given += len(fitting)
            got = insert(self._connection, plan.table, fitting[: need.count - taken])
            rest = fitting if got.refusal else fitting[need.count - taken :]
            taken += got.rows
            refusal = got.refusal or refusal
            is_swallowing = plan.table.has_triggers or plan.table.has_rules
            swallowed += is_swallowing and not got.refusal and got.rows == 0 and bool(fitting)
            if taken >= need.count or swallowed > 1:
                break
            if got.refusal or got.rows or not is_swallowing:
                got = one_by_one(self._connection, plan.table, rest, need.count - taken)
                taken += got.rows
                refusal = got.refusal or refusal
            if taken >= need.count:
                break
        if taken:
            self._took(need.table, taken)
        else:
            self.reasons[need.table] = _reason(refusal, self._unmet, swallowed)

    def _took(self, table: str, count: int) -> None:
        self.inserted[table] = self.inserted.get(table, 0) + count
        self._planner.held.forget(table)

    def _batches(self, plan: Plan) -> Iterator[list[Row]]:
        """Yield the rows that are wanted, then many in which columns meet in new ways."""
        random = Random(f"{self._seed}:{plan.table.name}:{plan.first}")  # noqa: S311 - same seed, same rows
        more = list(plan.mixed(plan.count * 10, random)) if self._planner.groups(plan.table) else []
        yield [*plan.regular(plan.count), *more]
        yield list(plan.mixed(TRIES // 10, random))
        yield list(plan.mixed(TRIES, random))

    def _fitting(self, plan: Plan, rows: list[Row], given: int = 0) -> list[Row]:
        """Return the rows that CHECKs and partitions take in, without collisions, referring to each other.

        ``given`` rows were tried before: numbered keys go on after them, without gaps.
        """
        tied = self._planner.groups(plan.table)
        if rows and tied:
            verdicts = self._judge.agreements(plan.table, rows, tied)
            if verdicts is not None:
                rows, self._unmet = agreed(rows, verdicts, tied)
        for column, floor in self._planner.renumbered(plan.table).items():
            for place, row in enumerate(rows):
                if row.get(column) is not None:
                    row[column] = str(floor + plan.first + given + place)
        rows = distinct(plan.table, rows)
        for key in self._planner.own(plan.table.name):
            refer_to_each_other(rows, replace(plan, is_second_try=given > 0), key, self._planner.held.keys(key))
        return rows

    def _fill_together(self, needs: Sequence[Need]) -> bool:
        """Fill tables that NOT NULL keys tie in a circle; return whether they may be filled one by one now."""
        group = frozenset(n.table for n in needs)
        inner = [k for k in self._known if k.table in group and k.references in group and k.table != k.references]
        if all(self._planner.held.keys(k) for k in inner if not k.is_future):
            return True
        try:
            plans = {n.table: self._planner.plan(n, without=group) for n in needs}
        except Unfillable as why:
            self.reasons.update(dict.fromkeys(group, str(why)))
            return False
        refusal = ""
        for size in (min(n.count for n in needs), 1):
            rows = {t: self._fitting(p, list(p.regular(p.count)))[:size] for t, p in plans.items()}
            if not all(rows.values()):
                refusal = refusal or "no row that was tried satisfies its constraints"
                continue
            for key in inner:
                _refer_across(rows[key.table], rows[key.references], key, self._planner.fixed(key.table))
            got = insert_together(self._connection, [(plans[t].table, rows[t]) for t in sorted(group)])
            if got.rows:
                for table in group:
                    self._took(table, len(rows[table]))
                return False
            refusal = got.refusal or refusal
        self.reasons.update(dict.fromkeys(group, f"tied in a circle with {', '.join(sorted(group))}: {refusal}"))
        return False


def _edges(keys: Sequence[Key]) -> Mapping[str, list[str]]:
    edges: dict[str, list[str]] = {}
    for key in keys:
        edges.setdefault(key.table, []).append(key.references)
    return edges


def _refer_across(rows: Sequence[Row], parents: Sequence[Row], key: Key, fixed: frozenset[str]) -> None:
    """Let planned rows refer to planned rows of another table; columns that are a key themselves stay."""
    for n, row in enumerate(rows):
        parent = parents[n % len(parents)]
        for column, referenced in zip(key.columns, key.referenced_columns, strict=True):
            if column not in fixed:
                row[column] = parent[referenced]


def _reason(refusal: str, unmet: str, swallowed: int) -> str:
    if refusal:
        return f"the server refused all {TRIES:,} rows that were tried, the last one with: {refusal}"
    if swallowed:
        return "its triggers or rules took none of the rows that were inserted"
    return f"none of {TRIES:,} rows that were tried satisfies {unmet or 'its constraints'}"

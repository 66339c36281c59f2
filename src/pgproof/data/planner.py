"""What the rows of each table are made of: choices for columns, keys of parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import psycopg

from pgproof.data.agree import Group, groups
from pgproof.data.candidates import Plan, Reference, Row
from pgproof.data.choices import Choices, choose
from pgproof.data.facts import ColumnFacts, TableFacts, Types
from pgproof.data.future import Key
from pgproof.data.held import Held, Tuple
from pgproof.data.judge import Judge
from pgproof.data.keys import first_row, floor_of, numbered
from pgproof.data.needs import Need
from pgproof.data.scalars import NUMBERS, TOPS, Slot
from pgproof.data.tiers import Wish, plausible
from pgproof.data.values import values

LONE = 900_000
"""A key so far above the floor belongs to nobody."""
ENDLESS = frozenset({"text", "varchar", "uuid"})
"""Types, beside numbers, that hold another value in each row."""


class Unfillable(Exception):
    """A table for which no row can be made; the message says why."""


class Planner:
    """Plans for the tables of one top-up."""

    def __init__(
        self,
        connection: psycopg.Connection,
        known: Sequence[Key],
        tops: Mapping[tuple[str, str], int],
        *,
        rows: int,
        floor: int,
    ) -> None:
        self.broken: set[str] = set()
        self.foretold: set[str] = set()
        self.held = Held(connection)
        self._tops = tops
        self._rows = rows
        self._floor = floor
        self._keys: dict[str, list[Key]] = {}
        self._referenced: dict[str, set[str]] = {}
        for key in known:
            self._keys.setdefault(key.table, []).append(key)
            self._referenced.setdefault(key.references, set()).update(key.referenced_columns)
        self._first: dict[str, int] = {}
        self._fixed: dict[str, frozenset[str]] = {}
        self._groups: dict[str, tuple[Group, ...]] = {}

    def prepare(self, facts: Mapping[str, TableFacts], types: Types, needs: Sequence[Need], judge: Judge) -> None:
        """Find out where keys go on, to what rows may refer, and what each column may hold."""
        self._facts = facts
        self._types = types
        self._floor_of = {t.name: self._floors(t) for t in facts.values()}
        self.held.read(
            [(t, c) for t in facts.values() for c in t.writable if c.name in self._floor_of[t.name]],
            [k for t in facts for k in self._keys.get(t, ())],
            {n.table for n in needs if not n.held and not facts[n.table].may_hold_more},
        )
        wishes = []
        for need in needs:
            table, floors = facts[need.table], self._floor_of[need.table]
            maxima = {c: self.held.maxima.get((table.name, c)) for c in floors}
            self._first[table.name] = first_row(floors, maxima, 0 if need.is_awaited else need.held)
            wishes += [self._wish(table, c, shift, need, floors) for shift, c in enumerate(table.writable)]
        self._choices = choose(wishes, types, judge)

    def _floors(self, table: TableFacts) -> dict[str, int]:
        """Return the first key of each column that is a numbered key of the table's own."""
        return {
            c.name: floor_of(c, self._types, self._floor, self._tops.get((table.name, c.name)))
            for c in numbered(table, self._types, self.fixed(table.name) - self._foreign(table))
        }

    def fixed(self, table: str) -> frozenset[str]:
        """Return the columns that are keys: of the primary key, referenced, fed by a sequence, unique numbers."""
        if table not in self._fixed:
            self._fixed[table] = self._find_fixed(table)
        return self._fixed[table]

    def _find_fixed(self, table: str) -> frozenset[str]:
        facts = self._facts[table]
        names = {c.number: c for c in facts.columns}
        found = set(self._referenced.get(table, ())) | {c.name for c in facts.columns if c.sequence}
        for unique in facts.uniques:
            members = [names[n] for n in unique.columns[: unique.keys] if n]
            is_number = len(members) == 1 and self._types.ground(members[0].type, -1)[0].name in NUMBERS
            if unique.is_primary or is_number:
                found |= {m.name for m in members}
        return frozenset(found)

    def _wish(self, table: TableFacts, column: ColumnFacts, shift: int, need: Need, floors: Mapping[str, int]) -> Wish:
        ground, _ = self._types.ground(column.type, column.modifier)
        is_key = column.name in self.fixed(table.name)
        is_foreign = column.name in self._foreign(table)
        is_endless = ground.name in NUMBERS or ground.name in ENDLESS
        return Wish(
            table=table.name,
            alias=table.bare,
            column=column,
            checks=table.own_checks(column),
            hints=table.hints(column),
            slot=Slot(
                label=column.name,
                modifier=column.modifier,
                floor=floors.get(column.name, self._floor),
                shift=shift,
                is_key=is_key,
                default=column.default,
            ),
            first=self._first[table.name],
            count=need.count,
            is_distinct=(column.name,) in table.unique_columns or (is_key and is_endless and not is_foreign),
        )

    def plan(self, need: Need, without: frozenset[str] = frozenset()) -> Plan:
        """Return what rows of a table are made of; keys to the tables ``without`` are left to the caller."""
        table = self._facts[need.table]
        if table.kind == "p" and not table.partitions:
            raise Unfillable("it is partitioned and has no partition")
        parents = [
            made
            for key in sorted(self._keys.get(table.name, ()), key=lambda k: (-len(k.columns), k.is_future, k.columns))
            if key.references != table.name
            and key.references not in without
            and (made := self._parents_of(table, key)) is not None
        ]
        given = {c for p in parents if p.found for c in p.key.columns}
        return Plan(
            table=table,
            choices=self._columns(table, given),
            parents=tuple(parents),
            first=self._first[table.name],
            count=need.count,
            must_hold=need.no_value | need.uniform if need.held else frozenset(),
            must_lack=need.no_null - need.no_value if need.held else frozenset(),
            shifts={c.name: shift for shift, c in enumerate(table.writable)},
        )

    def _columns(self, table: TableFacts, given: set[str]) -> dict[str, Choices | None]:
        """Return the choices of each column; one without any is NULL, or left to its default."""
        found: dict[str, Choices | None] = {}
        for column in table.writable:
            choices = self._choices[table.name, column.name]
            if choices is None and column.name not in given and self._is_required(column):
                if column.default or column.is_identity:
                    continue
                checks = table.own_checks(column)
                why = f", or none that satisfies {checks[0]}" if checks else ""
                raise Unfillable(f"no value is known for its column {column.name} ({column.sql}){why}")
            found[column.name] = choices
        return found

    def _is_required(self, column: ColumnFacts) -> bool:
        return column.is_required or self._types.is_required(column.type)

    def _parents_of(self, table: TableFacts, key: Key) -> Reference | None:
        """Return the keys that rows of a table may refer to; None where a future key cannot be foretold."""
        found = self.held.keys(key)
        columns = {c.name: c for c in table.columns}
        if key.is_future:
            grounds = [self._types.ground(columns[c].type, columns[c].modifier)[0] for c in key.columns]
            found = tuple(k for k in found if all(plausible([v], g) for v, g in zip(k, grounds, strict=True)))
            if not found:
                found = self._foretell(key, columns)
                self.foretold.add(key.references)
            if not found:
                return None
        elif not found:
            if not self.may_be_null(key):
                raise Unfillable(f"it refers to {key.references}, which holds no row")
            self.broken.add(table.name)
        lone = self._foretell(key, columns, range(LONE, LONE + 1)) if key.is_cleaned else ()
        return Reference(key=key, found=found, nullable=self.nullable(table.name), lone=lone[0] if lone else None)

    def _foretell(self, key: Key, columns: Mapping[str, ColumnFacts], rows: range | None = None) -> tuple[Tuple, ...]:
        """Return the keys that a table will hold once it is there: the same numbers give the same keys."""
        made = []
        for name, referenced in zip(key.columns, key.referenced_columns, strict=True):
            column = columns[name]
            ground, _ = self._types.ground(column.type, column.modifier)
            top = self._tops.get((key.references, referenced))
            floor = floor_of(_without_sequence(column), self._types, self._floor, top)
            limit = min(TOPS.get(ground.name, TOPS["int8"]), top or TOPS["int8"])
            slot = Slot(label="", modifier=column.modifier, floor=floor, is_key=True)
            series = values(self._types, column.type, slot)
            if series is None:
                return ()
            if rows and ground.name in NUMBERS:
                made.append([str(min(floor + n, limit - 7)) for n in rows])
            else:
                made.append([series(n) for n in rows or range(self._rows)])
        return tuple(zip(*made, strict=True))

    def knows_parents(self, table: str) -> bool:
        """Return whether the keys to which rows of a table may refer can be told without asking the server."""
        return all(map(self.held.is_known, self._keys.get(table, ())))

    def count_on(self, table: TableFacts, rows: Sequence[Row]) -> None:
        """Take it that these rows will be in the table."""
        self.held.foretell(table, rows, self._floor_of[table.name], self._types)

    def is_plain(self, need: Need) -> bool:
        """Return whether rows of a table can be counted on before the server has seen them."""
        table = self._facts[need.table]
        late = {c for k in self.own(table.name) for c in k.columns if c not in k.referenced_columns}
        if not table.is_plain or self.groups(table) or any(late.intersection(u) for u in table.unique_columns):
            return False
        fresh = {c.name for c in table.writable if self._is_fresh(table, c)} if need.held else set()
        return not need.held or all(fresh.intersection(columns) for columns in table.unique_columns)

    def _is_fresh(self, table: TableFacts, column: ColumnFacts) -> bool:
        """Return whether further rows hold further values, which none of the rows that are there has."""
        if table.own_checks(column) or self._types.domains(column.type) or column.name in self._foreign(table):
            return False
        ground, _ = self._types.ground(column.type, column.modifier)
        choices = self._choices[table.name, column.name]
        is_endless = choices is not None and choices.is_distinct and ground.name in ENDLESS
        return column.name in self._floor_of[table.name] or is_endless

    def _foreign(self, table: TableFacts) -> set[str]:
        return {c for k in self._keys.get(table.name, ()) for c in k.columns}

    def is_first_of_its_own(self, table: str) -> bool:
        """Return whether a table refers to itself and held nothing to refer to."""
        return any(not self.held.keys(k) and self.may_be_null(k) for k in self.own(table))

    def own(self, table: str) -> list[Key]:
        """Return the keys by which a table refers to itself."""
        return [k for k in self._keys.get(table, ()) if k.references == table]

    def nullable(self, table: str) -> frozenset[str]:
        """Return the columns that may hold NULL."""
        return frozenset(
            c.name
            for c in self._facts[table].writable
            if (choices := self._choices[table, c.name]) is not None and choices.may_be_null
        )

    def may_be_null(self, key: Key) -> bool:
        """Return whether a row may have no reference by this key."""
        return Reference(key=key, found=(), nullable=self.nullable(key.table)).may_be_null

    def renumbered(self, table: TableFacts) -> dict[str, int]:
        """Return the first key of each numbered key about which no CHECK or partition has a say."""
        bound = {n for c in table.checks for n in c.columns} | {*(table.partition_columns or ())}
        free = {c.name for c in table.columns if c.number not in bound and c.name not in table.partition_key}
        return {c: floor for c, floor in self._floor_of[table.name].items() if c in free}

    def groups(self, table: TableFacts) -> tuple[Group, ...]:
        """Return the columns of a table that must agree."""
        if table.name not in self._groups:
            self._groups[table.name] = groups(table, [k.columns for k in self._keys.get(table.name, ())])
        return self._groups[table.name]


def _without_sequence(column: ColumnFacts) -> ColumnFacts:
    """Return a referencing column without its own sequence, which says nothing about the referenced keys."""
    return msgspec.structs.replace(column, sequence="", smallest=None, largest=None)

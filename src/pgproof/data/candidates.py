"""Rows that may do: each column's choices and the parents' keys, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from pgproof.data.choices import Choices
from pgproof.data.facts import TableFacts
from pgproof.data.future import Key

Row = dict[str, str | None]
LONE = 10
"""One row in so many refers to nothing where a migration cleans."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key of the table that is filled, with the keys that it may take."""

    key: Key
    found: tuple[tuple[str, ...], ...]
    nullable: frozenset[str]
    """Which of its columns may be NULL."""
    lone: tuple[str, ...] | None = None
    """A key that no parent has, where the cleaning of orphans is to be exercised."""

    @cached_property
    def may_be_null(self) -> bool:
        """Whether a row may refer to nothing by NULL."""
        wanted = frozenset(self.key.columns)
        return wanted <= self.nullable if self.key.match_full else bool(self.nullable & wanted)

    def fitting(self, row: Row) -> tuple[tuple[str, ...], ...]:
        """Return the keys that agree with what a row holds already."""
        columns = self.key.columns
        return tuple(k for k in self.found if all(row.get(c, v) == v for c, v in zip(columns, k, strict=True)))


@dataclass(frozen=True, slots=True)
class Draw:
    """One row to be made: regular without ``random``, else by chance, NULL at this rate."""

    n: int
    random: Random | None = None
    rate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What rows of one table are made of."""

    table: TableFacts
    choices: Mapping[str, Choices | None]
    """None: the column is always NULL. A column that is left out keeps its default."""
    parents: tuple[Reference, ...]
    """The longest key first."""
    first: int
    count: int
    must_hold: frozenset[str] = frozenset()
    """Columns that hold no value yet."""
    must_lack: frozenset[str] = frozenset()
    """Columns that hold no NULL yet."""
    shifts: Mapping[str, int] = field(default_factory=dict)
    """Keeps columns apart: each has its own."""
    is_second_try: bool = False

    def regular(self, count: int) -> Iterator[Row]:
        """Yield the rows that are wanted, in order."""
        return self._rows(Draw(n) for n in range(self.first, self.first + count))

    def mixed(self, count: int, random: Random) -> Iterator[Row]:
        """Yield rows whose columns meet in new ways."""
        rates = (0.0, 0.25, 0.5, 0.75)
        return self._rows(Draw(n, random, random.choice(rates)) for n in range(self.first, self.first + count))

    def _rows(self, draws: Iterable[Draw]) -> Iterator[Row]:
        for draw in draws:
            row: Row = {}
            for place, parents in enumerate(self.parents):
                if not self._refer(row, parents, place, draw):
                    break
            else:
                for column, choices in self.choices.items():
                    if column not in row:
                        row[column] = self._value(column, choices, draw)
                yield row

    def _value(self, column: str, choices: Choices | None, draw: Draw) -> str | None:
        if choices is None or (choices.may_be_null and self._is_null(column, draw)):
            return None
        return choices.mixed(draw.n, draw.random) if draw.random else choices.values(draw.n)

    def _is_null(self, column: str, draw: Draw) -> bool:
        if column in self.must_hold:
            return False
        if column in self.must_lack:
            return (draw.n - self.first) % 2 == 0
        if draw.random is not None:
            return draw.random.random() < draw.rate
        return draw.n > 0 and draw.n % 4 == (3, 0)[self.shifts.get(column, 0) % 2]

    def _is_lone(self, n: int) -> bool:
        return n == self.first if self.count <= LONE // 2 else n % LONE == LONE // 2

    def _refer(self, row: Row, parents: Reference, place: int, draw: Draw) -> bool:
        """Give the columns of one foreign key; return whether that was possible."""
        columns = parents.key.columns
        free = [c for c in columns if c not in row]
        if parents.lone and self._is_lone(draw.n) and len(free) == len(columns):
            row.update(zip(columns, parents.lone, strict=True))
            return True
        nullable = [c for c in free if c in parents.nullable]
        wants_null = parents.may_be_null and any(self._is_null(c, draw) for c in nullable)
        fitting = parents.found if len(free) == len(columns) else parents.fitting(row)
        if fitting and not wants_null:
            at = draw.random.randrange(len(fitting)) if draw.random else (draw.n + place) % len(fitting)
            row.update(zip(columns, fitting[at], strict=True))
            return True
        if any(row.get(c, "") is None for c in columns) and not parents.key.match_full:
            return True
        if not nullable or (parents.key.match_full and len(nullable) < len(columns)):
            return False
        row.update(dict.fromkeys(nullable))
        return True


def distinct(table: TableFacts, rows: Sequence[Row]) -> list[Row]:
    """Return the rows without those that collide with an earlier one in a plain unique index."""
    uniques = table.unique_columns
    seen: list[set[tuple[str | None, ...]]] = [set() for _ in uniques]
    kept = []
    for row in rows:
        tuples = [tuple(row.get(c) for c in columns) for columns in uniques]
        if any(None not in t and t in s for t, s in zip(tuples, seen, strict=True)):
            continue
        for t, s in zip(tuples, seen, strict=True):
            s.add(t)
        kept.append(row)
    return kept


def refer_to_each_other(rows: Sequence[Row], plan: Plan, key: Key, existing: Sequence[tuple[str, ...]]) -> None:
    """Let rows of one table refer to earlier ones of it, as a tree; a root to nothing or, where it must, to itself.

    Rows that are not the first that are tried have a root that refers to the next row: a CHECK may forbid the other.
    """
    own = [c for c in key.columns if c not in key.referenced_columns]
    shared = [place for place, c in enumerate(key.columns) if c not in own]
    nullable = {c for c, choices in plan.choices.items() if choices is not None and choices.may_be_null}
    may_be_null = bool(own) and nullable.issuperset(own)
    known: dict[tuple[str | None, ...], list[tuple[str | None, ...]]] = {}
    for found in existing:
        known.setdefault(tuple(found[p] for p in shared), []).append(found)
    for n, row in enumerate(rows):
        itself = tuple(row.get(c) for c in key.referenced_columns)
        fitting = known.setdefault(tuple(row.get(key.columns[p]) for p in shared), [])
        if fitting and not (may_be_null and n % 4 == 0):
            row.update(zip(key.columns, fitting[-1 - n // 2 % len(fitting)], strict=True))
        elif may_be_null:
            row.update(dict.fromkeys(own))
        else:
            follower = rows[n + 1] if plan.is_second_try and n + 1 < len(rows) else row
            row.update({c: follower.get(r) for c, r in zip(key.columns, key.referenced_columns, strict=True)})
        if None not in itself:
            fitting.append(itself)

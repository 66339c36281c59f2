"""Rows that may do: each column's choices and the parents' keys, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from pgproof.data.choices import Choices
from pgproof.data.facts import TableFacts
from pgproof.data.future import Key

Row = dict[str, str | None]
LONE = 10
"""One row in so many refers to nothing where a migration cleans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parents:
    """A foreign key of the table that is filled, with the keys that it may take."""

    key: Key
    found: tuple[tuple[str, ...], ...]
    nullable: frozenset[str]
    """Which of its columns may be NULL."""
    lone: tuple[str, ...] | None = None
    """A key that no parent has, where the cleaning of orphans is to be exercised."""

    @property
    def may_be_null(self) -> bool:
        """Whether a row may refer to nothing by NULL."""
        wanted = frozenset(self.key.columns)
        return wanted <= self.nullable if self.key.match_full else bool(self.nullable & wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What rows of one table are made of."""

    table: TableFacts
    choices: Mapping[str, Choices | None]
    """None: the column is always NULL. A column that is left out keeps its default."""
    parents: tuple[Parents, ...]
    """The longest key first."""
    first: int
    count: int
    must_hold: frozenset[str] = frozenset()
    """Columns that hold no value yet."""
    must_lack: frozenset[str] = frozenset()
    """Columns that hold no NULL yet."""
    shifts: Mapping[str, int] = field(default_factory=dict)

    def regular(self, count: int) -> Iterator[Row]:
        """Yield the rows that are wanted, in order."""
        for n in range(self.first, self.first + count):
            row = self._row(n, None)
            if row is not None:
                yield row

    def mixed(self, count: int, random: Random) -> Iterator[Row]:
        """Yield rows whose columns meet in new ways."""
        for n in range(self.first, self.first + count):
            row = self._row(n, random)
            if row is not None:
                yield row

    def _row(self, n: int, random: Random | None) -> Row | None:
        rate = random.choice((0.0, 0.25, 0.5, 0.75)) if random else 0.0
        row: Row = {}
        for place, parents in enumerate(self.parents):
            if not self._refer(row, parents, n, place, random, rate):
                return None
        for column, choices in self.choices.items():
            if column in row:
                continue
            if choices is None or (choices.may_be_null and self._is_null(column, n, random, rate)):
                row[column] = None
            else:
                row[column] = choices.mixed(n, random) if random else choices.values(n)
        return row

    def _is_null(self, column: str, n: int, random: Random | None, rate: float) -> bool:
        if column in self.must_hold:
            return False
        if column in self.must_lack:
            return (n - self.first) % 2 == 0
        if random is not None:
            return random.random() < rate
        return n > 0 and n % 4 == (3, 0)[self.shifts.get(column, 0) % 2]

    def _refer(self, row: Row, parents: Parents, n: int, place: int, random: Random | None, rate: float) -> bool:
        """Give the columns of one foreign key; return whether that was possible."""
        columns = parents.key.columns
        free = [c for c in columns if c not in row]
        if parents.lone and n % LONE == LONE // 2 and len(free) == len(columns):
            row.update(zip(columns, parents.lone, strict=True))
            return True
        wants_null = parents.may_be_null and any(self._is_null(c, n, random, rate) for c in free if c in parents.nullable)
        fitting = [
            k for k in parents.found if all(row.get(c, v) == v for c, v in zip(columns, k, strict=True))
        ] if len(free) < len(columns) else parents.found
        if fitting and not wants_null:
            at = random.randrange(len(fitting)) if random else (n + place) % len(fitting)
            row.update(zip(columns, fitting[at], strict=True))
            return True
        if any(row.get(c, "") is None for c in columns) and not parents.key.match_full:
            return True
        nulls = [c for c in free if c in parents.nullable]
        if not nulls or (parents.key.match_full and len(nulls) < len(columns)):
            return False
        row.update(dict.fromkeys(nulls))
        return True


def distinct(table: TableFacts, rows: Sequence[Row]) -> list[Row]:
    """Return the rows without those that collide with an earlier one in a plain unique index."""
    seen: list[set[tuple[str | None, ...]]] = [set() for _ in table.unique_columns]
    kept = []
    for row in rows:
        tuples = [tuple(row.get(c) for c in columns) for columns in table.unique_columns]
        if any(None not in t and t in s for t, s in zip(tuples, seen, strict=True)):
            continue
        for t, s in zip(tuples, seen, strict=True):
            s.add(t)
        kept.append(row)
    return kept


def refer_to_each_other(rows: Sequence[Row], key: Key, existing: Sequence[tuple[str, ...]], nullable: frozenset[str]) -> None:
    """Let rows of one table refer to earlier ones of it, as a tree; a root to nothing, or to itself."""
    own = [c for c in key.columns if c not in key.referenced_columns]
    known = list(existing)
    for n, row in enumerate(rows):
        itself = tuple(row.get(c) for c in key.referenced_columns)
        shared = {c: row[c] for c in key.columns if c not in own}
        fitting = [k for k in known if all(k[key.columns.index(c)] == v for c, v in shared.items())]
        may_be_null = nullable.issuperset(own) and bool(own)
        if fitting and not (may_be_null and n % 4 == 0):
            row.update(zip(key.columns, fitting[-1 - n // 2 % len(fitting)], strict=True))
        elif may_be_null:
            row.update(dict.fromkeys(own))
        else:
            row.update(zip(key.columns, itself, strict=True))
        if None not in itself:
            known.append(itself)  # type: ignore[arg-type] # None is ruled out in the line above

"""How much of a sequence is used, and how far the columns that it feeds can follow it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pgproof import Catalog, Column, Sequence, SequencePosition, identifier

ENDS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
"""The greatest number of each type; the least is one below its negative."""
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The values between the beginning and the end of a sequence."""

    end: int
    """The last value that the sequence may give and its columns can hold."""
    total: int
    left: int

    @property
    def used(self) -> float:
        """The part that is used, from 0 to 1."""
        return 1 - self.left / self.total if self.total > 0 else 1.0


def fed(positions: Iterable[SequencePosition], catalog: Catalog) -> list[Column]:
    """Return the columns of numbers that a sequence feeds."""
    names = {position.column for position in positions}
    return [column for column in catalog.columns if column.identity in names]


def last_of(sequence: Sequence) -> int:
    """Return the value at which a sequence ends: its least one where it counts down."""
    return sequence.maximum if sequence.increment > 0 else sequence.minimum


def furthest(kind: str, sequence: Sequence, catalog: Catalog) -> int | None:
    """Return the last number in a sequence's direction that a type or domain holds; None where it has no bounds."""
    bases = {domain.identity: domain.base for domain in catalog.types if domain.variety == "domain"}
    while kind in bases:
        kind = bases[kind]
    if kind in ENDS:
        return ENDS[kind] if sequence.increment > 0 else -ENDS[kind] - 1
    precise = _NUMERIC.fullmatch(kind)
    if precise is None:
        return None
    most: int = 10 ** (int(precise[1]) - int(precise[2])) - 1
    return most if sequence.increment > 0 else -most


def is_beyond(value: int, end: int, sequence: Sequence) -> bool:
    """Whether a value lies beyond an end, in the sequence's direction."""
    return value > end if sequence.increment > 0 else value < end


def is_cut_short(sequence: Sequence, ends: Iterable[int | None]) -> bool:
    """Whether a sequence ends with its own type, and every column that it feeds goes on: a column was widened alone."""
    own = ENDS[sequence.type] if sequence.increment > 0 else -ENDS[sequence.type] - 1
    is_whole = sequence.type == "bigint" or last_of(sequence) != own
    return not is_whole and all(end is None or is_beyond(end, own, sequence) for end in ends)


def widen(sequence: Sequence, narrow: Collection[Column]) -> str:
    """Return what makes room: bigint for the columns that are in the way, and for the sequence."""
    lines = [f"ALTER TABLE {one.table} ALTER COLUMN {identifier(one.name)} TYPE bigint;" for one in narrow]
    if lines:
        lines.append("(It rewrites the table under a lock: where it is large, fill a new column in batches.)")
    bounds = "NO MAXVALUE" if sequence.increment > 0 else "NO MINVALUE"
    return "\n".join([*lines, f"ALTER SEQUENCE {sequence.identity} AS bigint {bounds};"])


def bound(sequence: Sequence, column: Column, end: int) -> str:
    """Return the two ways to make a sequence end with its column."""
    word = "MAXVALUE" if sequence.increment > 0 else "MINVALUE"
    return "\n".join((
        f"ALTER SEQUENCE {sequence.identity} {word} {end};",
        f"(or, where more are needed, ALTER TABLE {column.table} ALTER COLUMN {identifier(column.name)} TYPE bigint;)",
    ))


def room_of(sequence: Sequence, next_value: int, ends: Iterable[int]) -> Room:
    """Return the room of a sequence whose columns end at ``ends``.

    What lies before its START counts as used, unless the team set the bounds, or more is left than an integer holds.
    """
    bounds = [last_of(sequence), *ends]
    end = min(bounds) if sequence.increment > 0 else max(bounds)
    step = sequence.increment
    first = sequence.minimum if step > 0 else sequence.maximum
    is_own = {abs(end), abs(end) - 1}.isdisjoint(ENDS.values())
    left = _steps(next_value, end, step)
    begin = sequence.start if is_own or left > ENDS["integer"] else first
    return Room(end=end, total=_steps(begin, end, step), left=min(left, _steps(begin, end, step)))


def _steps(begin: int, end: int, step: int) -> int:
    return max((end - begin) // step + 1, 0)

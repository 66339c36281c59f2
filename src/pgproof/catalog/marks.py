"""What tells, without reading it, whether a part of the catalog is as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pgproof.catalog.session import Rows
from pgproof.catalog.statements import RARE_BITS, TYPE, Prepared, prepared

SHARED = -1
"""The unit that holds what texts of any other may mention."""
_COLUMNS = (1, 2, 3, 5)
"""The parts that hold a table's name, columns, defaults and indexes (marks.sql)."""
_RELATIONS, _ATTRIBUTES, _TYPES, _LABELS, _RANGES = 1, 2, 15, 16, 17
_RARE = 25
_READ = 49279 | sum(RARE_BITS)
"""The kinds that are read; what has none of them is no unit of its own."""
_FOREIGN = 131072
"""Marks what an extension made."""

Part = Mapping[int, tuple[int, int]]
"""Mark and kinds of each unit."""


def question(*, whole: bool) -> Prepared:
    """Return the statement that ``Marks.told`` understands; without ``whole`` parts that are as they were are left out.

    That holds where the earlier marks were read in the transaction that is open, or before it and nobody else changes
    the catalog.
    """
    return prepared("marks", ("bool", "true" if whole else "false"))


def rare_question() -> Prepared:
    """Return the statement that ``Marks.with_rare`` understands."""
    return prepared("rare_marks")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of all units, by part."""

    parts: Mapping[int, Part]
    are_rare_due: bool = False
    """Whether those of the rarer kinds, which ``rare_question`` asks for, are still those of before."""

    @classmethod
    def told(cls, rows: Rows, since: Marks | None = None) -> Marks:
        """Return the marks now; the parts that were not read are those of ``since``."""
        parts = dict(since.parts) if since else {}
        told = {number: _part(*columns) for number, *columns in rows.tuples}
        are_rare_due = told.pop(_RARE, None) is not None
        return cls(parts | told, are_rare_due)

    def with_rare(self, rows: Rows) -> Marks:
        """Return these marks with those of the rarer kinds, which were asked for after them."""
        return Marks({**self.parts, **{number: _part(*columns) for number, *columns in rows.tuples}})

    def changed(self, since: Marks) -> set[int]:
        """Return the units of which any part is another: changed, new or gone."""
        found: set[int] = set()
        for number, part in self.parts.items():
            earlier = since.parts.get(number, {})
            if part is not earlier:
                found.update(unit for unit, _ in part.items() ^ earlier.items())
        return found

    def has(self, unit: int) -> int:
        """Return the kinds of objects that a unit has; 0 where there is none, or it is no user's."""
        found = 0
        for part in self.parts.values():
            if unit in part:
                found |= part[unit][1]
        return found if found & _READ and not found & _FOREIGN else 0

    def units(self) -> Iterator[tuple[int, int]]:
        """Yield each unit with its kinds."""
        found: dict[int, int] = {}
        for part in self.parts.values():
            for unit, (_, has) in part.items():
                if has:
                    found[unit] = found.get(unit, 0) | has
        return ((unit, has) for unit, has in found.items() if has & _READ and not has & _FOREIGN)

    def of_columns(self, relations: Iterable[int]) -> list[object]:
        """Return what changes when the name, columns, defaults or indexes of a relation do, for each of these."""
        class_, columns, defaults, indexes = [self.parts[number] for number in _COLUMNS]
        return [(class_.get(oid), columns.get(oid), defaults.get(oid), indexes.get(oid)) for oid in relations]

    def of_types(self) -> int:
        """Return what changes when a type that users made does, the row types of tables aside."""
        attributes = self.parts[_ATTRIBUTES]
        composites = {unit for unit, (_, has) in self.parts[_RELATIONS].items() if has & TYPE}
        found = {(unit, attributes.get(unit)) for unit in composites}
        found.update(item for item in self.parts[_TYPES].items() if item[1][1] & TYPE)
        return hash(frozenset(found.union(self.parts[_LABELS].items(), self.parts[_RANGES].items())))


def _part(units: list[int] | None, marks: list[int], has: list[int]) -> Part:
    return dict(zip(units, zip(marks, has, strict=True), strict=True)) if units else {}

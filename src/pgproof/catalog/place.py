"""What the objects of one reading know of one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pgproof.catalog.canonical import Window
from pgproof.catalog.model import Object
from pgproof.catalog.session import Row

_PACE = 250
"""Rows at a time: a few milliseconds."""

Member = tuple[int, Object]
"""An object with its number within its unit."""


class Named(NamedTuple):
    """What others ask of a column."""

    name: str
    type: str
    """With its collation, where that is not the type's own."""
    label: str
    """Its name as SQL would write it."""


@dataclass(slots=True)
class Place:
    """The objects of a reading, by unit."""

    window: Window
    meanwhile: Callable[[], object]
    """What has to be done now and then, however many rows there are."""
    comments: dict[tuple[str, int, int], str] = field(default_factory=dict)
    identities: dict[int, str] = field(default_factory=dict)
    """Of tables, views and types, by unit."""
    names: dict[int, str] = field(default_factory=dict)
    """Unquoted, without schema."""
    columns: defaultdict[int, dict[int, Named]] = field(default_factory=lambda: defaultdict(dict))
    """By unit and attribute number."""
    indexes: dict[int | None, tuple[str, list[str]]] = field(default_factory=dict)
    """Identity and attribute names of each index, by oid."""
    units: defaultdict[int, list[Member]] = field(default_factory=lambda: defaultdict(list))

    def put(self, unit: int, member: int, made: Object) -> None:
        """Add an object to its unit."""
        self.units[unit].append((member, made))

    def paced(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Yield rows, and do now and then what has to be done."""
        for start in range(0, len(rows), _PACE):
            self.meanwhile()
            yield from rows[start : start + _PACE]

    def comment(self, catalog: str, number: int, part: int = 0) -> str:
        """Return the comment on an object."""
        return self.comments.get((catalog, number, part), "") if self.comments else ""

    def steady(self, row: Row, *names: str) -> None:
        """Write literals of the clock as such, in some texts of a row."""
        for name in names:
            if name in row:
                row[name] = self.window.steady(row[name])

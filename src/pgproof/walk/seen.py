"""Which migration added or changed what, so that objects can be judged that newer ones have touched, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import Change, diff
from pgproof.data.positions import SequencePosition


@dataclass(slots=True)
class Seen:
    """What one migration after another has done to a catalog."""

    by: dict[str, str] = field(default_factory=dict)
    """``<kind> <identity>`` → the version that added or last changed it."""
    touched: dict[str, str] = field(default_factory=dict)
    """In the same words → the last version that added or changed it, or something that it rests on."""
    _positions: tuple[SequencePosition, ...] = ()
    _rows: Mapping[str, int] = field(default_factory=dict)
    _last: str = ""

    def begin(self, positions: tuple[SequencePosition, ...], rows: Mapping[str, int]) -> None:
        """Take in where sequences stand, and how many rows there are, before the first migration."""
        self._positions, self._rows = positions, rows

    def note(self, before: Catalog, after: Catalog, version: str) -> None:
        """Take in what a migration did."""
        self._last = version
        for change in diff(before, after):
            if change.is_weak:
                continue
            if change.what != "removed":
                self.by[f"{change.kind} {change.identity}"] = version
            self.touched |= dict.fromkeys(_touched(change, before, after), version)

    def end(self, positions: tuple[SequencePosition, ...], rows: Mapping[str, int]) -> None:
        """Take in the same after the last one: rows with keys of their own may have come."""
        known = {(p.sequence, p.column): p for p in self._positions}
        for position in positions:
            if known.get((position.sequence, position.column)) != position:
                self.touched.setdefault(f"sequence {position.sequence}", self._last)
        for table, count in rows.items():
            if self._rows.get(table, 0) != count:
                self.touched.setdefault(f"rows {table}", self._last)


def _touched(change: Change, before: Catalog, after: Catalog) -> Iterable[str]:
    yield f"{change.kind} {change.identity}"
    if change.kind == "index":
        yield from _beside(change, before, after)
    if _concerns_table(change, before):
        yield f"table {change.table}"


def _beside(change: Change, before: Catalog, after: Catalog) -> Iterable[str]:
    """Yield what an index that came, went or changed may be a duplicate of, or may have served."""
    same = (i for side in (before, after) for i in side.indexes if i.identity == change.identity)
    meant = {column for index in same for column in index.columns[:1]}
    for index in after.indexes:
        if index.table == change.table and meant & set(index.columns[:1]):
            yield f"index {index.identity}"
    for key in after.foreign_keys if change.what != "added" else ():
        if key.table == change.table and meant & set(key.columns):
            yield f"constraint {key.identity}"


def _concerns_table(change: Change, before: Catalog) -> bool:
    """Whether a table has lost its key, or a trigger on it is fired otherwise."""
    if change.kind == "trigger":
        return change.what == "added" or any(field.name == "enabled" for field in change.fields)
    if change.kind != "constraint":
        return False
    if change.what == "removed":
        return any(c.identity == change.identity and c.type == "primary key" for c in before.constraints)
    return any(field.name == "disabled_triggers" for field in change.fields)

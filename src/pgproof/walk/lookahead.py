"""What the history will declare later, so that rows fit it from the start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Constraint
from pgproof.data.rows import FutureKey
from pgproof.tool import Ran

CLEANS = frozenset({"UPDATE", "DELETE", "MERGE", "DO", "WITH", "CALL"})


@dataclass(slots=True)
class LookAhead:
    """Foreign keys with the position at which they arrive, learnt on an empty database."""

    _born: dict[tuple[str, str], int] = field(default_factory=dict)
    """(table, column) → the position after which it was first there."""
    _cleaned: dict[int, frozenset[str]] = field(default_factory=dict)
    """Position → the tables (bare names, folded) that it updates or deletes from."""
    _keys: dict[tuple[str, tuple[str, ...], str], FutureKey] = field(default_factory=dict)

    def learn(self, position: int, catalog: Catalog, ran: Iterable[Ran]) -> None:
        """Take in what one migration declared and moved."""
        self._cleaned[position] = frozenset(
            bare(table) for r in ran if r.kind.split(" ", 1)[0] in CLEANS and r.moves_data for table in r.tables
        )
        for column in catalog.columns:
            self._born.setdefault((column.table, column.name), position)
        for key in catalog.foreign_keys:
            place = (key.table, key.columns, key.references)
            if place not in self._keys:
                self._keys[place] = self._future(key, position)

    def _future(self, key: Constraint, position: int) -> FutureKey:
        born = max((self._born.get((key.table, c), position) for c in key.columns), default=position)
        moved = (self._cleaned.get(p, frozenset()) for p in range(born + 1, position + 1))
        return FutureKey(
            table=key.table,
            columns=key.columns,
            references=key.references,
            referenced_columns=key.referenced_columns,
            arrives=position,
            is_cleaned=any(bare(key.table) in tables for tables in moved),
        )

    def before(self, position: int) -> tuple[FutureKey, ...]:
        """Return the keys that do not exist before the migration at ``position`` and will."""
        return tuple(key for key in self._keys.values() if key.arrives >= position)


def bare(table: str) -> str:
    """Return a table's name without schema and quotes, folded: statements name tables in many ways."""
    return table.rsplit(".", 1)[-1].strip('"').lower()

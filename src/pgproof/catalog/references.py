"""Columns that refer to a table by their name: ``user_id``, beside a table ``user`` or ``users``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Column, Table

_ENDING = "_id"
_IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice", "foot": "feet",
    "datum": "data", "medium": "media", "analysis": "analyses", "index": "indices",
}  # fmt: skip
_WHICH = ("_type", "_kind", "_class", "_table", "_model")
"""Beside ``owner_id``, ``owner_type`` says to which of several tables it refers: no foreign key can do that."""
_OWN_KEY = re.compile(r"\bnextval\(|\bgen_random_uuid\(|\buuid\w*\(", re.IGNORECASE)
"""A default that makes a new key: such a column is no reference."""
_CAN_REFER = frozenset({"table", "partitioned table"})
_LAST = re.compile(r'(?:"((?:[^"]|"")+)"|([^."]+))$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A column that is named after a table, and has the type of its key."""

    column: Column
    table: str
    """The identity of the table that it is named after."""
    key: str
    """The column of that table which it would refer to, unquoted."""
    has_foreign_key: bool = False
    """Whether it is part of one, of its table or of each of its partitions."""
    is_partitioned: bool = False
    """Whether its own table is."""

    @property
    def identity(self) -> str:
        """The identity of the column."""
        return self.column.identity


class Unique(NamedTuple):
    """A column that tells the rows of its table apart by itself."""

    name: str
    type: str
    is_primary: bool


def references(catalog: Catalog) -> tuple[Reference, ...]:
    """Return the columns that are named after exactly one table which has a key of one column of their type.

    Partitions are judged at their root. No reference are: the key of a table itself, what makes its own values, a
    column beside which another one says which table is meant, and one named after a table with inheritance children,
    whose rows no foreign key sees.
    """
    named = [column for column in catalog.columns if column.name.casefold().endswith(_ENDING)]
    if not named:
        return ()
    around = _Around(catalog)
    found = (around.reference(column) for column in named)
    return tuple(one for one in found if one is not None)


class _Around:
    """What a catalog says around its references, each part read once."""

    def __init__(self, catalog: Catalog) -> None:
        self._roots = {table.identity: table for table in catalog.tables if not table.partition_of}
        self._by_name: defaultdict[str, list[Table]] = defaultdict(list)
        for table in self._roots.values():
            self._by_name[_plain(table.identity).casefold()].append(table)
        self._inherited = {parent for table in catalog.tables for parent in table.inherits}
        self._columns = {(column.table, column.name.casefold()) for column in catalog.columns}
        self._keys = _keys(catalog)
        self._held = {(key.table, name) for key in catalog.foreign_keys for name in key.columns}
        self._partitions: defaultdict[str, list[str]] = defaultdict(list)
        for table in catalog.tables:
            self._partitions[table.partition_of].append(table.identity)

    def reference(self, column: Column) -> Reference | None:
        """Return a column as a reference, or None where it is none."""
        own = self._roots.get(column.table)
        meant = [table for name in _called(_stem(column)) for table in self._by_name.get(name, ())]
        if own is None or len(meant) != 1 or not self._may_refer(own, meant[0]) or self._is_no_reference(column):
            return None
        for key in self._keys.get(meant[0].identity, ()):
            if key.type == column.type and _is_meant(key, column):
                return Reference(
                    column=column,
                    table=meant[0].identity,
                    key=key.name,
                    has_foreign_key=self._has_foreign_key(column.table, column.name),
                    is_partitioned=own.variety == "partitioned table",
                )
        return None

    def _may_refer(self, own: Table, meant: Table) -> bool:
        """Whether PostgreSQL would let one table refer to the other; a table's own name stands for its own key."""
        is_kept = own.persistence == "unlogged" or meant.persistence == "permanent"
        can_refer = own.variety in _CAN_REFER and meant.variety in _CAN_REFER and meant.identity not in self._inherited
        return own.identity != meant.identity and can_refer and is_kept

    def _is_no_reference(self, column: Column) -> bool:
        makes_keys = bool(column.identity_mode or column.generated or _OWN_KEY.search(column.default))
        return makes_keys or any((column.table, _stem(column) + which) in self._columns for which in _WHICH)

    def _has_foreign_key(self, table: str, column: str) -> bool:
        partitions = self._partitions.get(table, ())
        return (table, column) in self._held or (
            bool(partitions) and all(self._has_foreign_key(partition, column) for partition in partitions)
        )


def _stem(column: Column) -> str:
    return column.name.casefold().removesuffix(_ENDING)


def _is_meant(key: Unique, column: Column) -> bool:
    """Whether a column would refer to this key: the primary one, or one that is called as it is, or ``id``."""
    return key.is_primary or key.name.casefold() in {"id", column.name.casefold()}


def _keys(catalog: Catalog) -> Mapping[str, list[Unique]]:
    """Return the columns that tell the rows of each table apart, whenever they are asked, the primary key first."""
    columns = {(column.table, column.name): column for column in catalog.columns}
    late = {constraint.identity for constraint in catalog.constraints if constraint.deferrable}
    unique = [
        index
        for index in catalog.indexes
        if index.is_unique and index.is_valid and len(index.columns) == 1 and not index.predicate
        if index.constraint not in late
    ]
    found: defaultdict[str, list[Unique]] = defaultdict(list)
    for index in sorted(unique, key=lambda index: (not index.is_primary, index.identity)):
        column = columns.get((index.table, index.columns[0]))
        if column is not None:
            found[index.table].append(Unique(name=column.name, type=column.type, is_primary=index.is_primary))
    return found


def _called(name: str) -> Iterator[str]:
    """Yield what a table may be called of which ``name`` is one row, the name itself included."""
    if not name:
        return
    yield name
    if name in _IRREGULAR:
        yield _IRREGULAR[name]
    if re.search(r"[^aeiou]y$", name):
        yield f"{name[:-1]}ies"
    if re.search(r"(s|x|z|ch|sh|o)$", name):
        yield f"{name}es"
    yield f"{name}s"


def _plain(identity: str) -> str:
    """Return the last name of an identity, as it is stored."""
    last = _LAST.search(identity)
    return (last[1] or last[2]).replace('""', '"') if last else identity

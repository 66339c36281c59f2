"""Foreign keys that the history adds later, and what they say about rows made today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgproof.catalog.catalog import Catalog
from pgproof.data.scalars import TOPS

ALIASES = {"smallint": TOPS["int2"], "integer": TOPS["int4"], "bigint": TOPS["int8"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class FutureKey:
    """A foreign key that the history adds later. Tables are identities, columns unquoted names."""

    table: str
    columns: tuple[str, ...]
    references: str
    referenced_columns: tuple[str, ...]
    arrives: int
    """The position of the migration that adds it."""
    is_cleaned: bool = False
    """A migration between the column's birth and the key, that one included, runs UPDATE or DELETE on the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A foreign key, of today or later, as the generator sees it."""

    table: str
    columns: tuple[str, ...]
    references: str
    referenced_columns: tuple[str, ...]
    match_full: bool = False
    is_future: bool = False
    is_absent: bool = False
    """The referenced table or column is not there yet."""
    is_cleaned: bool = False


def keys(catalog: Catalog, future: Iterable[FutureKey], columns: Mapping[str, frozenset[str]]) -> tuple[Key, ...]:
    """Return today's foreign keys and those of the future whose columns are there and have none yet.

    ``columns`` are the columns of each table that may be filled.
    """
    now = [
        Key(
            table=c.table,
            columns=c.columns,
            references=c.references,
            referenced_columns=c.referenced_columns,
            match_full=c.match_full,
        )
        for c in catalog.foreign_keys
        if c.table in columns
    ]
    bound = {(k.table, k.columns) for k in now}
    later = [
        Key(
            table=f.table,
            columns=f.columns,
            references=f.references,
            referenced_columns=f.referenced_columns,
            is_future=True,
            is_absent=not set(f.referenced_columns) <= columns.get(f.references, frozenset()),
            is_cleaned=f.is_cleaned,
        )
        for f in future
        if set(f.columns) <= columns.get(f.table, frozenset()) and (f.table, f.columns) not in bound
    ]
    return tuple(dict.fromkeys([*now, *later]))


def tops(catalog: Catalog, known: Iterable[Key]) -> dict[tuple[str, str], int]:
    """Return the greatest whole number that all columns of a key's both ends can hold, by the referenced column."""
    types = {(c.table, c.name): c.type for c in catalog.columns}
    found: dict[tuple[str, str], int] = {}
    for key in known:
        for column, referenced in zip(key.columns, key.referenced_columns, strict=True):
            top = ALIASES.get(types.get((key.table, column), ""))
            if top is not None:
                place = (key.references, referenced)
                found[place] = min(top, found.get(place, top))
    return found

"""Foreign keys that the history adds later, and what they say about rows made today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Constraint
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


def concerning(
    catalog: Catalog, future: Iterable[FutureKey], tables: Collection[str], present: Collection[str]
) -> tuple[list[Constraint], list[FutureKey]]:
    """Return the foreign keys, of today and later, that decide about rows of ``tables``.

    Those are their own, those that refer to them, and those that refer to what they refer to. ``present`` are the
    tables that may be filled.
    """
    now = [c for c in catalog.foreign_keys if c.table in present]
    bound = {(c.table, c.columns) for c in now}
    later = [f for f in future if f.table in present and (f.table, f.columns) not in bound]
    ends = [*((c.table, c.references) for c in now), *((f.table, f.references) for f in later)]
    near = {*tables, *(references for table, references in ends if table in tables)}
    return (
        [c for c in now if c.table in tables or c.references in near],
        [f for f in later if f.table in tables or f.references in near],
    )


def keys(
    now: Iterable[Constraint], later: Iterable[FutureKey], columns: Mapping[str, frozenset[str]]
) -> tuple[Key, ...]:
    """Return today's foreign keys and those of the future whose columns are there.

    ``columns`` are the columns of each table that may be filled.
    """
    of_today = [
        Key(
            table=c.table,
            columns=c.columns,
            references=c.references,
            referenced_columns=c.referenced_columns,
            match_full=c.match_full,
        )
        for c in now
    ]
    foretold = [
        Key(
            table=f.table,
            columns=f.columns,
            references=f.references,
            referenced_columns=f.referenced_columns,
            is_future=True,
            is_absent=not set(f.referenced_columns) <= columns.get(f.references, frozenset()),
            is_cleaned=f.is_cleaned,
        )
        for f in later
        if set(f.columns) <= columns.get(f.table, frozenset())
    ]
    return tuple(dict.fromkeys([*of_today, *foretold]))


def tops(catalog: Catalog, known: Sequence[Key]) -> dict[tuple[str, str], int]:
    """Return the greatest whole number that all columns of a key's both ends can hold, by the referenced column."""
    referring = {k.table for k in known}
    types = {(c.table, c.name): c.type for c in catalog.columns if c.table in referring}
    found: dict[tuple[str, str], int] = {}
    for key in known:
        for column, referenced in zip(key.columns, key.referenced_columns, strict=True):
            top = ALIASES.get(types.get((key.table, column), ""))
            if top is not None:
                place = (key.references, referenced)
                found[place] = min(top, found.get(place, top))
    return found

"""Which indexes serve a foreign key: those that its columns lead."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pgproof import Catalog, Index

from .wording import spellings

EQUALITY = frozenset({"btree", "hash", "gist"})
"""The access methods that find a row by the values of their leading columns."""


def is_indexed(table: str, columns: tuple[str, ...], catalog: Catalog) -> bool:
    """Return whether some index of the table, or of each of its partitions, is led by these columns."""
    if any(index.table == table and _leads(index, columns) for index in catalog.indexes):
        return True
    partitions = [t.identity for t in catalog.tables if t.partition_of == table]
    return bool(partitions) and all(is_indexed(partition, columns, catalog) for partition in partitions)


def _leads(index: Index, columns: tuple[str, ...]) -> bool:
    is_led = set(index.columns[: len(columns)]) == set(columns)
    return index.is_valid and index.method in EQUALITY and is_led and _takes_all_references(index.predicate, columns)


def _takes_all_references(predicate: str, columns: Iterable[str]) -> bool:
    """Return whether a predicate leaves out no row that refers to something: it asks for NOT NULL keys only."""
    if not predicate:
        return True
    names = {spelling for name in columns for spelling in spellings(name)}
    asked = re.split(r"\s+AND\s+", predicate, flags=re.IGNORECASE)
    return all(re.sub(r"[()]", "", part).strip().removesuffix(" IS NOT NULL") in names for part in asked)

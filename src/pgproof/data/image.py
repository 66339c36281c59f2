"""What a table was at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pgproof.data.reading import Row

_FIRST_USER_OID = 16_384


class ImageColumn(NamedTuple):
    """A column as the image saw it."""

    name: str
    type: str
    """``format_type``."""
    type_oid: int
    modifier: int


class Digest(NamedTuple):
    """The values of one column, each hashed with its row's key."""

    values: int
    """How many are not NULL."""
    sum: int


class Mark(NamedTuple):
    """What moves when a table's columns do."""

    columns: object
    """With the declarations of its name, columns, defaults and indexes, and those of its partitions."""
    types: int
    """With those of the types that users made."""


class Relation(NamedTuple):
    """An ordinary table, or a partitioned one with all its partitions, before its rows are read."""

    oid: int
    identity: str
    is_partitioned: bool
    relfilenode: int
    partitions: frozenset[int]
    written: int
    """Tuples written since BEGIN, those of rolled back savepoints included."""
    is_own: bool
    """Whether the open transaction made it, or changed its declaration."""
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class TableImage:
    """One table at one moment."""

    oid: int
    identity: str
    relfilenode: int
    """Changes with every rewrite and TRUNCATE; of a partitioned table: a hash over its partitions'."""
    columns: Mapping[int, ImageColumn]
    """By attnum, in that order."""
    key: tuple[int, ...]
    """Attnums of the primary key, else of the shortest unique key without NULLs, else empty."""
    uniques: tuple[tuple[int, ...], ...] = ()
    """Other unique keys without NULLs."""
    count: int
    rows: tuple[Row, ...] | None
    """Values in the order of ``columns``; None where there are more than the limit."""
    key_digest: int = 0
    """Of the keys (the whole rows, where there is none); where rows is None."""
    digests: Mapping[int, Digest] = field(default_factory=dict)
    """By attnum; where rows is None."""
    is_partitioned: bool = False
    partitions: frozenset[int] = frozenset()
    """Oids of all its partitions."""
    mark: Mark = field(repr=False, compare=False)
    quoted: tuple[str, ...] = field(repr=False, compare=False)
    """The columns' names as SQL writes them, in the order of ``columns``."""

    @property
    def has_user_types(self) -> bool:
        """Whether a column's text could change with a type's declaration."""
        return any(column.type_oid >= _FIRST_USER_OID for column in self.columns.values())

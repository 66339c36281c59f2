"""What became of rows and values between two states of one database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSample:
    """One value that is not what it was, as text; None is NULL."""

    key: str
    """The row's key as ``id=5`` or, without a key, its text."""
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChange:
    """What became of one column's values, in rows that were there before and after."""

    column: str
    """Its name before (after, where it is new), unquoted."""
    renamed_to: str = ""
    is_dropped: bool = False
    is_added: bool = False
    is_retyped: bool = False
    held: int = 0
    """Values that were not NULL before; for a dropped column: how many values went with it."""
    changed: int = 0
    """Values that were not NULL and are another value now, or NULL."""
    emptied: int = 0
    """Those of ``changed`` that became NULL."""
    filled: int = 0
    """NULLs that got a value."""
    samples: tuple[ValueSample, ...] = ()
    """At most five of ``changed``, else of ``filled``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """What became of one table's rows. Rows are followed by the key that they had before.

    A table without a key is compared as a multiset over the columns that it has before and after.
    """

    table: str
    """Its identity before (after, where it is new)."""
    renamed_to: str = ""
    is_dropped: bool = False
    is_added: bool = False
    rows_before: int = 0
    rows_after: int = 0
    lost: int = 0
    """Rows that were there and are not (all of them, for a dropped table)."""
    gained: int = 0
    lost_keys: tuple[str, ...] = ()
    """At most five."""
    gained_keys: tuple[str, ...] = ()
    columns: tuple[ColumnChange, ...] = ()
    """Only columns about which there is something to say."""
    not_compared: str = ""
    """Why rows could not be compared (more than the limit, and the digests differ); empty where they were."""

"""Numbered keys: where a table's own start and go on, and the sequences that feed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources

from psycopg import sql

from pgproof.data.exchange import listed
from pgproof.data.facts import ColumnFacts, TableFacts, Types
from pgproof.data.scalars import NUMBERS, TOPS, number_floor

ADVANCE = (resources.files(__package__) / "sql" / "advance.sql").read_text(encoding="utf-8")
BLOCK = 1_000_000
"""A key further above the floor is none of our block."""


def floor_of(column: ColumnFacts, types: Types, wanted: int, top: int | None) -> int:
    """Return the key of row 0: as wanted, or in the upper half of what column, sequence and references can hold."""
    ground, _ = types.ground(column.type, column.modifier)
    limits = [t for t in (TOPS.get(ground.name), column.largest, top) if t is not None]
    bottom = max(column.smallest or 1, 1)
    return number_floor(min(limits, default=TOPS["int8"]), max(wanted, bottom), bottom)


def numbered(table: TableFacts, types: Types, keys: Iterable[str]) -> tuple[ColumnFacts, ...]:
    """Return the columns among ``keys`` that hold whole numbers."""
    chosen = set(keys)
    return tuple(c for c in table.writable if c.name in chosen and types.ground(c.type, c.modifier)[0].name in NUMBERS)


def first_row(floors: Mapping[str, int], maxima: Mapping[str, int | None], held: int) -> int:
    """Return the number of the next row: after our block where there is a numbered key, else after the rows held."""
    if not floors:
        return held
    after = [top - floors[c] + 1 for c, top in maxima.items() if top is not None and 0 <= top - floors[c] < BLOCK]
    return max(after, default=0)


def advance(tables: Iterable[TableFacts], known: Mapping[tuple[str, str], int]) -> list[sql.Composed]:
    """Return what sets each sequence that feeds a filled column to the column's maximum, never backwards.

    ``known`` are greatest numbers by table and column; the others are looked up.
    """
    fed = [(t, c) for t in tables for c in t.writable if c.sequence and (c.increment or 1) > 0]
    if not fed:
        return []
    told = [(c.sequence, known[t.name, c.name]) for t, c in fed if (t.name, c.name) in known]
    tops = [
        sql.SQL("SELECT * FROM unnest({}, {}::numeric[])").format(
            listed(name for name, _ in told), listed(str(top) for _, top in told)
        )
    ]
    tops += [
        sql.SQL("SELECT {}, max({})::numeric FROM {}").format(
            sql.Literal(c.sequence), sql.SQL(c.quoted), sql.SQL(t.name)
        )
        for t, c in fed
        if (t.name, c.name) not in known
    ]
    return [sql.SQL(ADVANCE).format(tops=sql.SQL(" UNION ALL ").join(tops))]

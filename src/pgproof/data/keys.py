"""Keys: which ones a table's parents hold, where a table's own go on, and the sequences that feed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import psycopg
from psycopg import sql

from pgproof.data.facts import ColumnFacts, TableFacts, Types
from pgproof.data.scalars import NUMBERS, TOPS, number_floor

MOST = 1_000
"""Keys of a parent that are used."""
BLOCK = 1_000_000
"""A key further above the floor is none of our block."""

Tuple = tuple[str, ...]


def parent_keys(connection: psycopg.Connection, table: str, columns: Sequence[str]) -> tuple[Tuple, ...]:
    """Return keys that rows of a table can be referenced by, as text: those that migrations made come first."""
    identifiers = [sql.Identifier(c) for c in columns]
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(i) for i in identifiers),
        sql.SQL(table),
        sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(i) for i in identifiers),
        sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.SQL(table), i) for i in identifiers),
        sql.Literal(MOST),
    )
    found = connection.execute(query).fetchall()
    return tuple(sorted(found, key=_is_ours))


def _is_ours(key: Tuple) -> bool:
    return any(k.startswith(("pgproof", "70677072-6f6f-4666-")) for k in key)


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


def greatest(
    connection: psycopg.Connection, columns: Sequence[tuple[str, ColumnFacts]]
) -> dict[tuple[str, str], int | None]:
    """Return the greatest number in each of these columns."""
    if not columns:
        return {}
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, max({})::bigint FROM {}").format(sql.Literal(n), sql.Identifier(c.name), sql.SQL(table))
        for n, (table, c) in enumerate(columns)
    )
    found: dict[int, int | None] = dict(connection.execute(query).fetchall())
    return {(table, c.name): found[n] for n, (table, c) in enumerate(columns)}


def first_row(floors: Mapping[str, int], maxima: Mapping[str, int | None], held: int) -> int:
    """Return the number of the next row: after our block where there is a numbered key, else after the rows held."""
    if not floors:
        return held
    after = [top - floors[c] + 1 for c, top in maxima.items() if top is not None and 0 <= top - floors[c] < BLOCK]
    return max(after, default=0)


def advance_sequences(connection: psycopg.Connection, tables: Iterable[TableFacts]) -> None:
    """Set each sequence that feeds a filled column to the column's maximum, never backwards."""
    fed = [(t, c) for t in tables for c in t.writable if c.sequence and (c.increment or 1) > 0]
    if not fed:
        return
    greatest_values = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}::regclass AS sequence, max({})::numeric AS top FROM {}").format(
            sql.Literal(c.sequence), sql.Identifier(c.name), sql.SQL(t.name)
        )
        for t, c in fed
        if c.largest is not None
    )
    connection.execute(
        sql.SQL(
            "SELECT setval(f.sequence, f.top::bigint) FROM (SELECT sequence, max(top) AS top FROM ({}) a GROUP BY 1) f"
            " JOIN pg_catalog.pg_sequence s ON s.seqrelid = f.sequence"
            " WHERE f.top BETWEEN s.seqmin AND s.seqmax"
            " AND f.top > coalesce(pg_catalog.pg_sequence_last_value(f.sequence), s.seqmin - 1)"
        ).format(greatest_values)
    )

"""What tables lack: rows, values, NULLs, variety."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgproof.catalog.model import Column, Table

LOOK = 1_000
"""Rows of one table that are looked at: a table that a seed file filled may be large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one table lacks."""

    table: str
    held: int
    """Rows that are there, as far as they were looked at."""
    count: int
    """Rows to add."""
    rows: int
    """Rows that every table should have."""
    no_value: frozenset[str]
    """Nullable columns that hold only NULL."""
    no_null: frozenset[str]
    """Nullable columns that hold no NULL."""
    uniform: frozenset[str]
    """Columns with a default that hold one value in all rows: a column that was just added."""

    is_awaited: bool = False
    """Others refer to keys of its first block already."""

    @property
    def wants(self) -> tuple[object, ...]:
        """What is lacking, to be compared with what was tried in vain."""
        return (min(self.rows, self.held), self.no_value, self.no_null, self.uniform)


class Look:
    """Looks at tables in one round trip; a table's query is written once for each definition."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._queries: dict[str, tuple[Sequence[Column], str]] = {}

    def needs(
        self,
        connection: psycopg.Connection,
        tables: Sequence[Table],
        columns: Mapping[str, Sequence[Column]],
        awaited: frozenset[str],
    ) -> list[Need]:
        """Return what each table lacks; tables that lack nothing are left out.

        ``awaited`` are tables to whose future keys others already refer: they get a whole block.
        """
        if not tables:
            return []
        parts = [f"SELECT {n}, {self._query(connection, t, columns[t.identity])}" for n, t in enumerate(tables)]
        found = []
        for place, *counted in connection.execute(sql.SQL(" UNION ALL ".join(parts))).fetchall():
            state = _State(tables[place].identity, *counted)
            need = _need(columns[state.table], state, self._rows, is_awaited=state.table in awaited)
            if need.count:
                found.append(need)
        return found

    def _query(self, connection: psycopg.Connection, table: Table, columns: Sequence[Column]) -> str:
        known = self._queries.get(table.identity)
        if known is None or known[0] != columns:
            known = self._queries[table.identity] = (columns, _looking_at(table, columns).as_string(connection))
        return known[1]


@dataclass(frozen=True, slots=True)
class _State:
    table: str
    held: int
    counts: list[int]
    """Values in each nullable column."""
    uniform: list[bool]
    """Whether each column with a default holds one value."""


def _need(columns: Sequence[Column], state: _State, rows: int, *, is_awaited: bool) -> Need:
    held = state.held
    nullable = [c.name for c in columns if c.nullable]
    no_value = frozenset(n for n, count in zip(nullable, state.counts, strict=True) if count == 0)
    no_null = frozenset(n for n, count in zip(nullable, state.counts, strict=True) if count == held)
    with_default = [c.name for c in columns if c.default]
    same = frozenset(n for n, is_one in zip(with_default, state.uniform, strict=True) if is_one and held > 1)
    if is_awaited:
        missing = rows
    elif held < rows:
        missing = rows - held
    else:
        missing = max(2, rows // 5) if rows > 1 and (no_value or no_null or same) else 0
    return Need(
        table=state.table,
        held=held,
        count=missing,
        rows=rows,
        no_value=no_value,
        no_null=no_null,
        uniform=same,
        is_awaited=is_awaited,
    )


def _looking_at(table: Table, columns: Sequence[Column]) -> sql.Composed:
    """Return a query for rows, values of nullable columns, and whether columns with a default hold one value."""
    nullable = [sql.Identifier(c.name) for c in columns if c.nullable]
    with_default = [sql.Identifier(c.name) for c in columns if c.default]
    wanted = [sql.Identifier(c.name) for c in columns if c.nullable or c.default]
    return sql.SQL("count(*), {}, {} FROM (SELECT {} FROM {}{} LIMIT {}) s").format(
        _array("bigint", [sql.SQL("count({})").format(c) for c in nullable]),
        _array("boolean", [sql.SQL("count(DISTINCT {}::text) < 2").format(c) for c in with_default]),
        sql.SQL(", ").join(wanted),
        sql.SQL("ONLY " if table.variety == "table" else ""),
        sql.SQL(table.identity),
        sql.Literal(LOOK),
    )


def _array(of: str, items: Sequence[sql.Composed]) -> sql.Composed:
    return sql.SQL("ARRAY[{}]::{}[]").format(sql.SQL(", ").join(items), sql.SQL(of))

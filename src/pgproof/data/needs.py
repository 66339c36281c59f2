"""What tables lack: rows, values, NULLs, variety."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgproof.catalog.model import Column, Table
from pgproof.data.exchange import ask, listed

LOOK = 1_000
"""Rows of one table that are looked at: a table that a seed file filled may be large."""
QUERY = (
    "SELECT count(*), ARRAY[{values}]::bigint[], ARRAY[{uniform}]::boolean[]"
    " FROM (SELECT {names} FROM {source} LIMIT {limit}) s"
)
MANY = 5
"""New tables of which the sizes are asked for first."""


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
        found = []
        for state in self._states(connection, tables, columns):
            need = _need(columns[state.table], state, self._rows, is_awaited=state.table in awaited)
            if need.count:
                found.append(need)
        return found

    def _states(
        self, connection: psycopg.Connection, tables: Sequence[Table], columns: Mapping[str, Sequence[Column]]
    ) -> list[_State]:
        empty = self._empty(connection, tables)
        asked = [t for t in tables if t.identity not in empty]
        queries = [sql.SQL(self._query(t, columns[t.identity])) for t in asked]
        answers = ask(connection, queries)  # one statement that unites so many takes longer
        found = {t.identity: _State(t.identity, *a.rows[0]) for t, a in zip(asked, answers, strict=True)}
        return [found.get(t.identity) or _State.empty(t.identity, columns[t.identity]) for t in tables]

    def _empty(self, connection: psycopg.Connection, tables: Sequence[Table]) -> set[str]:
        """Return tables that never held a row: to look into many new ones costs more than to ask for their sizes."""
        new = [t.identity for t in tables if t.identity not in self._queries and t.variety == "table"]
        if len(new) < MANY:
            return set()
        sizes = sql.SQL("SELECT name FROM unnest({}) name WHERE pg_relation_size(name::regclass) = 0")
        return {name for (name,) in connection.execute(sizes.format(listed(new))).fetchall()}

    def _query(self, table: Table, columns: Sequence[Column]) -> str:
        known = self._queries.get(table.identity)
        if known is None or known[0] != columns:
            known = self._queries[table.identity] = (columns, _looking_at(table, columns))
        return known[1]


@dataclass(frozen=True, slots=True)
class _State:
    table: str
    held: int
    counts: list[int]
    """Values in each nullable column."""
    uniform: list[bool]
    """Whether each column with a default holds one value."""

    @classmethod
    def empty(cls, table: str, columns: Sequence[Column]) -> _State:
        """Return the state of a table without rows."""
        return cls(table, 0, [0 for c in columns if c.nullable], [True for c in columns if c.default])


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


def _looking_at(table: Table, columns: Sequence[Column]) -> str:
    """Return a query for rows, values of nullable columns, and whether columns with a default hold one value."""
    names = {c.name: c.identity.removeprefix(f"{table.identity}.") for c in columns if c.nullable or c.default}
    values = ", ".join(f"count({names[c.name]})" for c in columns if c.nullable)
    uniform = ", ".join(f"count(DISTINCT {names[c.name]}::text) < 2" for c in columns if c.default)
    source = f"{'ONLY ' if table.variety == 'table' else ''}{table.identity}"
    return QUERY.format(values=values, uniform=uniform, names=", ".join(names.values()), source=source, limit=LOOK)

"""Taking generated rows out of some tables, so that a migration which fails on rows can go on.

Rows that migrations themselves inserted stay: they are copied back from the empty twin.
"""

from __future__ import annotations

from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter

import psycopg
from psycopg import sql

from pgproof.catalog.catalog import Catalog
from pgproof.server import database
from pgproof.walk.lookahead import bare
from pgproof.walk.stage import Stage
from pgproof.walk.state import State


def named(state: State, names: Collection[str]) -> tuple[str, ...]:
    """Return the tables that hold rows and are meant by names as statements write them."""
    meant = {bare(name) for name in names if name}
    return tuple(sorted(table for table, rows in state.rows.items() if rows and bare(table) in meant))


def empty(stage: Stage, twin: Stage, state: State, tables: Collection[str]) -> bool:
    """Take the generated rows out of these tables and all that refer to them.

    Returns False, with nothing done, where the rows of migrations cannot be put back.
    """
    wide = _with_referencing(state.catalog, tables)
    try:
        order = _parents_first(state.catalog, wide)
    except CycleError:
        return False
    reader = stage.reader
    try:
        with reader.transaction():
            truncated = sql.SQL(", ").join(sql.SQL(table) for table in order)  # identities are quoted by the catalog
            reader.execute(sql.SQL("TRUNCATE {} CASCADE").format(truncated))
            for table in order:
                _copy(twin.reader, reader, table, _copied_columns(state.catalog, table))
    except psycopg.Error as exc:
        if database.is_lost(exc):
            raise
        return False
    return True


def _with_referencing(catalog: Catalog, tables: Collection[str]) -> frozenset[str]:
    wide = set(tables)
    while True:
        more = {k.table for k in catalog.foreign_keys if k.references in wide} - wide
        if not more:
            return frozenset(wide)
        wide |= more


def _parents_first(catalog: Catalog, tables: frozenset[str]) -> tuple[str, ...]:
    graph: dict[str, set[str]] = {table: set() for table in sorted(tables)}
    for key in catalog.foreign_keys:
        if key.table in graph and key.references in graph and key.table != key.references:
            graph[key.table].add(key.references)
    return tuple(TopologicalSorter(graph).static_order())


def _copied_columns(catalog: Catalog, table: str) -> tuple[str, ...]:
    return tuple(column.name for column in catalog.columns_of(table) if not column.generated)


def _copy(source: psycopg.Connection, target: psycopg.Connection, table: str, columns: tuple[str, ...]) -> None:
    if not columns:
        return
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    out = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(listed, sql.SQL(table))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.SQL(table), listed)
    with source.cursor().copy(out) as rows, target.cursor().copy(into) as sink:
        for block in rows:
            sink.write(block)

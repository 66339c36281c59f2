"""All rows of a database, written as a seed file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Column, Constraint, Table
from pgproof.data.order import layers
from pgproof.errors import UsageFault
from pgproof.server.lost import is_lost, lost

SETTINGS = {
    "client_encoding": "UTF8",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "lc_monetary": "C",
    "standard_conforming_strings": "on",
    "xmloption": "content",
    "row_security": "off",
    "session_replication_role": "replica",
}
"""Under these, text that was read is taken for the same value, and neither triggers nor foreign keys stand in the way
of rows that were there already (orphans under a key that is NOT VALID among them)."""
BATCH = 500
"""Rows of one INSERT."""


def keep_rows(
    connection: psycopg.Connection, catalog: Catalog, folder: Path, version: str, exclude: frozenset[str] = frozenset()
) -> Path:
    """Write ``<folder>/<version>.sql``: run on a database in the same schema, it leaves exactly the rows of this one.

    ``exclude`` are tables that are left alone. Returns the file's path.
    """
    path = folder / f"{version}.sql"
    tables = [t for t in catalog.tables if _holds_rows(t) and t.identity not in exclude]
    with connection.transaction(force_rollback=True):
        connection.execute(
            "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';"
            " SET LOCAL lc_monetary = 'C'; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1;"
            " SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content'; SET LOCAL search_path = ''"
        )
        lines = list(_lines(connection, catalog, tables, version, exclude))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        if is_lost(error):
            raise lost(error) from error
        raise UsageFault(
            f"The rows before {version} could not be written to {path}: {error.strerror}.",
            "Give the setting keep_rows a folder that this user may write to.",
        ) from error
    return path


def _holds_rows(table: Table) -> bool:
    return table.variety != "foreign table" and not table.partition_of


def _lines(
    connection: psycopg.Connection, catalog: Catalog, tables: Sequence[Table], version: str, exclude: frozenset[str]
) -> Iterator[str]:
    yield f"-- All rows before {version}. Replaces the rows of a database in the schema before that version."
    yield from (f"SET {name} = '{value}';" for name, value in SETTINGS.items())
    if tables:
        yield f"TRUNCATE {', '.join(t.identity for t in tables)};"
    loose = [c for c in catalog.constraints if _may_be_broken(c) and c.table in {t.identity for t in tables}]
    yield from (f"ALTER TABLE {c.table} DROP CONSTRAINT {_quoted(connection, c.name)};" for c in loose)
    known = {t.identity: t for t in tables}
    edges: dict[str, list[str]] = {}
    for key in catalog.foreign_keys:
        edges.setdefault(key.table, []).append(key.references)
    for group in layers([*known], edges):
        for name in group:
            yield from _inserts(connection, known[name], catalog.columns_of(name))
    for c in loose:
        name = _quoted(connection, c.name)
        state = "NOT VALID" if c.is_enforced else "NOT ENFORCED"
        yield f"ALTER TABLE {c.table} ADD CONSTRAINT {name} {c.definition} {state};"
        if c.comment:
            comment = sql.Literal(c.comment).as_string(connection)
            yield f"COMMENT ON CONSTRAINT {name} ON {c.table} IS {comment};"
    yield from _positions(connection, catalog, exclude)
    yield from (f"RESET {name};" for name in SETTINGS)


def _may_be_broken(constraint: Constraint) -> bool:
    """Return whether rows may be there that a constraint would refuse: a CHECK that is not validated."""
    return constraint.type == "check" and not constraint.is_validated and not constraint.inherited_from


def _quoted(connection: psycopg.Connection, name: str) -> str:
    return sql.Identifier(name).as_string(connection)


def _inserts(connection: psycopg.Connection, table: Table, columns: Sequence[Column]) -> Iterator[str]:
    """Yield INSERT statements of a table's own rows, in their physical order."""
    given = [c for c in columns if not c.generated]
    only = "ONLY " if table.variety == "table" else ""
    names = [sql.Identifier(c.name) for c in given]
    texts = sql.SQL(", ").join(sql.SQL("quote_nullable({}::text)").format(n) for n in names)
    row = sql.SQL("concat_ws(', ', {})").format(texts) if given else sql.SQL("''")
    query = sql.SQL("SELECT {} FROM {}{} ORDER BY tableoid, ctid").format(row, sql.SQL(only), sql.SQL(table.identity))
    rows = [text for (text,) in connection.execute(query).fetchall()]
    if not given:
        yield from (f"INSERT INTO {table.identity} DEFAULT VALUES;" for _ in rows)
        return
    head = f"INSERT INTO {table.identity} ({', '.join(n.as_string(connection) for n in names)})"
    for start in range(0, len(rows), BATCH):
        values = ",\n".join(f"    ({text})" for text in rows[start : start + BATCH])
        yield f"{head} OVERRIDING SYSTEM VALUE VALUES\n{values};"


def _positions(connection: psycopg.Connection, catalog: Catalog, exclude: frozenset[str]) -> Iterator[str]:
    """Yield statements that set every sequence where it stands."""
    for sequence in catalog.sequences:
        if any(sequence.owned_by.startswith(f"{table}.") for table in exclude):
            continue
        query = sql.SQL("SELECT last_value, is_called, quote_literal({}) FROM {}").format(
            sql.Literal(sequence.identity), sql.SQL(sequence.identity)
        )
        row = connection.execute(query).fetchone()
        if row is not None:
            last, is_called, literal = row
            yield f"SELECT pg_catalog.setval({literal}, {last}, {'true' if is_called else 'false'});"

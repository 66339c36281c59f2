"""Putting rows in: many in one statement, one by one inside the server, or several tables at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import msgspec
import psycopg
from psycopg import sql

from pgproof.data.candidates import Row
from pgproof.data.facts import ColumnFacts, TableFacts
from pgproof.data.faults import refused

SINGLES = (resources.files(__package__) / "sql" / "one_by_one.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Taken:
    """What the server took, and the last thing that it said against the rest."""

    rows: int
    refusal: str = ""


def given(table: TableFacts, rows: Sequence[Row]) -> tuple[ColumnFacts, ...]:
    """Return the columns that the rows give; all rows give the same ones."""
    return tuple(c for c in table.writable if c.name in rows[0])


def count(connection: psycopg.Connection, table: TableFacts) -> int:
    """Return how many rows are in a table and the tables that inherit from it."""
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.SQL(table.name))).fetchone()
    return int(row[0]) if row else 0


def insert(connection: psycopg.Connection, table: TableFacts, rows: Sequence[Row]) -> Taken:
    """Insert all rows or, where one is refused, none; rows that collide with others are passed over."""
    if not rows:
        return Taken(0)
    columns = given(table, rows)
    try:
        with connection.transaction():
            before = count(connection, table) if table.has_triggers or table.has_rules else 0
            if not columns:
                query = sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.SQL(table.name))
                taken = sum(connection.execute(query).rowcount for _ in rows)
            else:
                taken = psycopg.RawCursor(connection).execute(_many(table, columns), _lists(columns, rows)).rowcount
            if before or table.has_triggers or table.has_rules:
                taken = max(taken, count(connection, table) - before)
    except psycopg.Error as error:
        return Taken(0, refused(error))
    return Taken(taken)


def _many(table: TableFacts, columns: Sequence[ColumnFacts], before: int = 0) -> sql.Composed:
    """Return an INSERT whose parameters, one list a column, follow ``before`` others."""
    names = [sql.Identifier(f"c{n}") for n in range(len(columns))]
    return sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM unnest({}) AS c({}) {}").format(
        sql.SQL(table.name),
        sql.SQL(", ").join(sql.Identifier(c.name) for c in columns),
        sql.SQL(", ").join(_cast(n, c) for n, c in zip(names, columns, strict=True)),
        sql.SQL(", ").join(sql.SQL(f"${before + n}::text[]") for n in range(1, len(columns) + 1)),
        sql.SQL(", ").join(names),
        sql.SQL("ON CONFLICT DO NOTHING" if table.may_skip_conflicts else ""),
    )


def _cast(value: sql.Composable, column: ColumnFacts) -> sql.Composed:
    return sql.SQL("{}::{}").format(value, sql.SQL(column.sql))


def _lists(columns: Sequence[ColumnFacts], rows: Sequence[Row]) -> list[list[str | None]]:
    return [[row[c.name] for row in rows] for c in columns]


def one_by_one(connection: psycopg.Connection, table: TableFacts, rows: Sequence[Row], wanted: int) -> Taken:
    """Try the rows in order until so many are in, each behind an exception block inside the server."""
    if not rows or wanted <= 0 or not given(table, rows):
        return Taken(0)
    columns = given(table, rows)
    names = [sql.Identifier(f"c{n}") for n in range(len(columns))]
    statement = sql.SQL(SINGLES).format(
        table=sql.SQL(table.name),
        columns=sql.SQL(", ").join(sql.Identifier(c.name) for c in columns),
        values=sql.SQL(", ").join(
            sql.SQL("one.{}::{}").format(n, sql.SQL(c.sql)) for n, c in zip(names, columns, strict=True)
        ),
        conflict=sql.SQL("ON CONFLICT DO NOTHING" if table.may_skip_conflicts else ""),
        lists=sql.SQL(", ").join(sql.SQL("{}::text[]").format(sql.Literal(v)) for v in _lists(columns, rows)),
        names=sql.SQL(", ").join(names),
        wanted=sql.Literal(wanted),
        may_redirect=sql.Literal(table.has_triggers or table.has_rules),
    )
    try:
        with connection.transaction():
            connection.execute(statement)
            row = connection.execute("SELECT current_setting('pgproof.taken')").fetchone()
    except psycopg.Error as error:
        return Taken(0, refused(error))
    return msgspec.json.decode(row[0], type=Taken) if row else Taken(0)


def insert_together(connection: psycopg.Connection, batches: Sequence[tuple[TableFacts, Sequence[Row]]]) -> Taken:
    """Insert into several tables in one statement, at whose end all foreign keys are checked."""
    parts: list[sql.Composed] = []
    lists: list[list[str | None]] = []
    for place, (table, rows) in enumerate(batches):
        columns = given(table, rows)
        name = sql.Identifier(f"i{place}")
        parts.append(sql.SQL("{} AS ({} RETURNING 1)").format(name, _many(table, columns, len(lists))))
        lists += _lists(columns, rows)
    counts = sql.SQL(" + ").join(
        sql.SQL("(SELECT count(*) FROM {})").format(sql.Identifier(f"i{n}")) for n in range(len(parts))
    )
    try:
        with connection.transaction():
            query = sql.SQL("WITH {} SELECT {}").format(sql.SQL(", ").join(parts), counts)
            row = psycopg.RawCursor(connection).execute(query, lists).fetchone()
    except psycopg.Error as error:
        return Taken(0, refused(error))
    return Taken(int(row[0]) if row else 0)

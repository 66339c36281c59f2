"""Putting rows in: many in one statement, one by one inside the server, or several tables at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import msgspec
import psycopg
from psycopg import sql

from pgproof.data.candidates import Row
from pgproof.data.exchange import attempt, listed
from pgproof.data.facts import ColumnFacts, TableFacts

SINGLES = (resources.files(__package__) / "sql" / "one_by_one.sql").read_text(encoding="utf-8")
TAKEN = sql.SQL("SELECT current_setting('pgproof.taken')")


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
    is_counted = table.has_triggers or table.has_rules
    before = count(connection, table) if is_counted else 0
    if columns:
        statements = [sql.SQL("{} {}").format(many(table, columns, rows), _conflict(table))]
    else:
        statements = [sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.SQL(table.name))] * len(rows)
    answers = attempt(connection, statements)
    if isinstance(answers, str):
        return Taken(0, answers)
    taken = min(sum(a.count for a in answers), len(rows))  # a rule may give rows of its own
    return Taken(max(taken, count(connection, table) - before) if is_counted else taken)


def many(table: TableFacts, columns: Sequence[ColumnFacts], rows: Sequence[Row]) -> sql.Composed:
    """Return an INSERT of rows that give these columns."""
    names = [f"c{n}" for n in range(len(columns))]
    casts = ", ".join(f"{n}::{c.sql}" for n, c in zip(names, columns, strict=True))
    return sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM unnest({}) AS c({})").format(
        sql.SQL(table.name),
        sql.SQL(", ".join(c.quoted for c in columns)),
        sql.SQL(casts),
        sql.SQL(", ").join(_lists(columns, rows)),
        sql.SQL(", ".join(names)),
    )


def _conflict(table: TableFacts) -> sql.SQL:
    return sql.SQL("ON CONFLICT DO NOTHING" if table.may_skip_conflicts else "")


def _lists(columns: Sequence[ColumnFacts], rows: Sequence[Row]) -> list[sql.Composed]:
    return [listed([row[c.name] for row in rows]) for c in columns]


def one_by_one(connection: psycopg.Connection, table: TableFacts, rows: Sequence[Row], wanted: int) -> Taken:
    """Try the rows in order until so many are in, each behind an exception block inside the server."""
    if not rows or wanted <= 0 or not given(table, rows):
        return Taken(0)
    columns = given(table, rows)
    names = [f"c{n}" for n in range(len(columns))]
    statement = sql.SQL(SINGLES).format(
        table=sql.SQL(table.name),
        columns=sql.SQL(", ".join(c.quoted for c in columns)),
        values=sql.SQL(", ".join(f"one.{n}::{c.sql}" for n, c in zip(names, columns, strict=True))),
        conflict=_conflict(table),
        lists=sql.SQL(", ").join(_lists(columns, rows)),
        names=sql.SQL(", ".join(names)),
        wanted=sql.Literal(wanted),
        may_redirect=sql.Literal(table.has_triggers or table.has_rules),
    )
    answers = attempt(connection, [statement, TAKEN])
    if isinstance(answers, str):
        return Taken(0, answers)
    return msgspec.json.decode(answers[-1].rows[0][0], type=Taken)


def insert_together(connection: psycopg.Connection, batches: Sequence[tuple[TableFacts, Sequence[Row]]]) -> Taken:
    """Insert into several tables in one statement, at whose end all foreign keys are checked."""
    names = [sql.Identifier(f"i{place}") for place in range(len(batches))]
    parts = [
        sql.SQL("{} AS ({} {} RETURNING 1)").format(name, many(table, given(table, rows), rows), _conflict(table))
        for name, (table, rows) in zip(names, batches, strict=True)
    ]
    counts = sql.SQL(" + ").join(sql.SQL("(SELECT count(*) FROM {})").format(name) for name in names)
    answers = attempt(connection, [sql.SQL("WITH {} SELECT {}").format(sql.SQL(", ").join(parts), counts)])
    if isinstance(answers, str):
        return Taken(0, answers)
    return Taken(int(answers[0].rows[0][0]))

"""The server's word on candidates: which values and rows CHECKs, domains and partitions take in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg import sql

from pgproof.data.agree import Group
from pgproof.data.facts import ColumnFacts, TableFacts, Types
from pgproof.data.faults import refused

TRY_VALUES = (resources.files(__package__) / "sql" / "try_values.sql").read_text(encoding="utf-8")
ORDINAL = sql.Identifier("pgproof ordinal")
IS_READ = sql.SQL('(candidate."pgproof value" IS NULL OR {}::text IS NOT NULL)')
"""Always true; without it the server would not read a value about which no CHECK asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which of these candidates does a column take in? NULL is asked about too."""

    table: str
    """Its bare name: the alias under which a CHECK may speak of the whole row."""
    column: ColumnFacts
    candidates: tuple[str, ...]
    checks: tuple[str, ...]


class Judge:
    """Asks the server inside savepoints: a candidate that makes an expression fail is refused."""

    def __init__(self, connection: psycopg.Connection, types: Types) -> None:
        self._connection = connection
        self._types = types

    def passed(self, questions: Sequence[Question]) -> list[frozenset[str | None]]:
        """Return, for each question, the candidates that pass, and None among them where NULL does."""
        if not questions:
            return []
        found = self._ask(questions)
        if found is not None:
            return found
        return [self._alone(question) for question in questions]

    def _alone(self, question: Question) -> frozenset[str | None]:
        """Try each candidate behind an exception block inside the server: some make an expression fail."""
        candidates = [*question.candidates, None]
        statement = sql.SQL(TRY_VALUES).format(list=sql.Literal(candidates), **self._parts(question))
        try:
            with self._connection.transaction():
                self._connection.execute(statement)
                row = self._connection.execute("SELECT current_setting('pgproof.passed')::bigint[]").fetchone()
        except psycopg.Error as error:
            refused(error)
            return frozenset()
        return frozenset(candidates[place - 1] for place in row[0]) if row else frozenset()

    def _ask(self, questions: Sequence[Question]) -> list[frozenset[str | None]] | None:
        query = sql.SQL(" UNION ALL ").join(self._one(place, q) for place, q in enumerate(questions))
        lists = [[*q.candidates, None] for q in questions]
        try:
            with self._connection.transaction():
                rows = psycopg.RawCursor(self._connection).execute(query, lists).fetchall()
        except psycopg.Error as error:
            refused(error)
            return None
        found: list[set[str | None]] = [set() for _ in questions]
        for place, ordinal in rows:
            found[place].add(lists[place][ordinal - 1])
        return [frozenset(f) for f in found]

    def _one(self, place: int, question: Question) -> sql.Composed:
        return sql.SQL(
            "SELECT {place}, candidate.{ordinal}"
            ' FROM unnest({list}::text[]) WITH ORDINALITY candidate("pgproof value", {ordinal}),'
            ' LATERAL (SELECT candidate."pgproof value"::{type} AS {column}) AS {alias} WHERE {checks}'
        ).format(
            place=sql.Literal(place),
            ordinal=ORDINAL,
            list=sql.SQL(f"${place + 1}"),
            **self._parts(question),
        )

    def _parts(self, question: Question) -> dict[str, sql.Composable]:
        """Return what the statements about one column have in common."""
        column = sql.Identifier(question.column.name)
        qualified = sql.Identifier(question.table, question.column.name)
        checks = [IS_READ.format(qualified)]
        checks += [sql.SQL("({}) IS NOT FALSE").format(sql.SQL(c)) for c in question.checks]
        in_domain = sql.SQL("(SELECT {} FROM (SELECT {} AS value) pgproof_domain) IS NOT FALSE")
        checks += [
            in_domain.format(sql.SQL(c), qualified)
            for domain in self._types.domains(question.column.type)
            for c in domain.checks
        ]
        return {
            "type": sql.SQL(self._types.ground_sql(question.column)),
            "column": column,
            "alias": sql.Identifier(question.table),
            "checks": sql.SQL(" AND ").join(checks),
        }

    def agreements(
        self, table: TableFacts, rows: Sequence[Mapping[str, str | None]], groups: Sequence[Group]
    ) -> list[tuple[bool, ...]] | None:
        """Return for each row which groups of columns agree in it; None where a row makes an expression fail."""
        given = [c for c in table.writable if c.name in rows[0]]
        query = self._rows_query(table, given, groups)
        lists = [[row[c.name] for row in rows] for c in given]
        try:
            with self._connection.transaction():
                found = psycopg.RawCursor(self._connection).execute(query, lists).fetchall()
        except psycopg.Error as error:
            refused(error)
            return None
        return [tuple(verdicts) for _, *verdicts in sorted(found)]

    def _rows_query(self, table: TableFacts, given: Sequence[ColumnFacts], groups: Sequence[Group]) -> sql.Composed:
        """Return a query for rows under the table's own name, generated columns computed."""
        names = [sql.Identifier(f"pgproof {place}") for place in range(len(given))]
        source = dict(zip((c.name for c in given), names, strict=True))
        casts = sql.SQL(", ").join(
            sql.SQL("{}::{} AS {}").format(
                source.get(c.name, sql.SQL("NULL")), sql.SQL(self._types.ground_sql(c)), sql.Identifier(c.name)
            )
            for c in table.writable
        )
        alias = sql.Identifier(table.bare)
        inner = sql.SQL("(SELECT {}, {} FROM unnest({}) WITH ORDINALITY c({}, {})) AS {}").format(
            ORDINAL,
            casts,
            sql.SQL(", ").join(sql.SQL(f"${n}::text[]") for n in range(1, len(given) + 1)),
            sql.SQL(", ").join(names),
            ORDINAL,
            alias,
        )
        made = [c for c in table.columns if c.generated]
        if made:
            computed = (sql.SQL("({}) AS {}").format(sql.SQL(c.generated), sql.Identifier(c.name)) for c in made)
            inner = sql.SQL("(SELECT *, {} FROM {}) AS {}").format(sql.SQL(", ").join(computed), inner, alias)
        verdicts = (
            sql.SQL(" AND ").join(sql.SQL("({}) IS NOT FALSE").format(sql.SQL(c)) for c in group.conditions)
            for group in groups
        )
        return sql.SQL("SELECT {}, {} FROM {}").format(ORDINAL, sql.SQL(", ").join(verdicts), inner)

"""The server's word on candidates: which values and rows CHECKs, domains and partitions take in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import psycopg
from psycopg import sql

from pgproof.data.agree import Group
from pgproof.data.exchange import attempt, listed
from pgproof.data.facts import ColumnFacts, TableFacts, Types

TRY_VALUES = (resources.files(__package__) / "sql" / "try_values.sql").read_text(encoding="utf-8")
PASSED = sql.SQL("SELECT current_setting('pgproof.passed')::bigint[]")
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
        keys = [self._key(q) for q in questions]
        merged: dict[object, Question] = {}
        for key, question in zip(keys, questions, strict=True):
            known = merged.get(key)
            if known is None:
                merged[key] = question
            elif known.candidates != question.candidates:
                both = dict.fromkeys((*known.candidates, *question.candidates))
                merged[key] = replace(known, candidates=tuple(both))
        asked = [*merged.values()]
        found = self._ask(asked)
        if found is None:
            found = [self._alone(question) for question in asked]
        verdicts = dict(zip(merged, found, strict=True))
        return [verdicts[key].intersection((*q.candidates, None)) for key, q in zip(keys, questions, strict=True)]

    def _key(self, question: Question) -> object:
        """Return what decides about candidates: columns of many tables may be under the same CHECK."""
        column, checks = question.column, question.checks
        names = {question.table, question.table.replace('"', '""')}
        is_named = any(name in c for c in checks for name in names)  # a CHECK may speak of the whole row
        return (question.table if is_named else "", column.name, column.type, column.sql, checks)

    def _alone(self, question: Question) -> frozenset[str | None]:
        """Try each candidate behind an exception block inside the server: some make an expression fail."""
        candidates = [*question.candidates, None]
        statement = sql.SQL(TRY_VALUES).format(list=listed(candidates), **self._parts(question))
        answers = attempt(self._connection, [statement, PASSED])
        if isinstance(answers, str):
            return frozenset()
        [[places]] = answers[-1].rows
        return frozenset(candidates[place - 1] for place in places)

    def _ask(self, questions: Sequence[Question]) -> list[frozenset[str | None]] | None:
        if not questions:
            return []
        answers = attempt(self._connection, [self._one(q) for q in questions])
        if isinstance(answers, str):
            return None
        candidates = ([*q.candidates, None] for q in questions)
        return [
            frozenset(these[place - 1] for (place,) in answer.rows)
            for these, answer in zip(candidates, answers, strict=True)
        ]

    def _one(self, question: Question) -> sql.Composed:
        return sql.SQL(
            "SELECT candidate.{ordinal}"
            ' FROM unnest({list}) WITH ORDINALITY candidate("pgproof value", {ordinal}),'
            ' LATERAL (SELECT candidate."pgproof value"::{type} AS {column}) AS {alias} WHERE {checks}'
        ).format(ordinal=ORDINAL, list=listed((*question.candidates, None)), **self._parts(question))

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
        answers = attempt(self._connection, [self._rows_query(table, rows, given, groups)])
        if isinstance(answers, str):
            return None
        return [tuple(verdicts) for _, *verdicts in sorted(answers[0].rows)]

    def _rows_query(
        self,
        table: TableFacts,
        rows: Sequence[Mapping[str, str | None]],
        given: Sequence[ColumnFacts],
        groups: Sequence[Group],
    ) -> sql.Composed:
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
            sql.SQL(", ").join(listed([row[c.name] for row in rows]) for c in given),
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

"""References that find no row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from pgproof.catalog.model import Constraint
from pgproof.data.reading import Reading, Row, filled

_SHOWN = 5
_MEANS = "SET LOCAL work_mem = '256MB'; SET LOCAL max_parallel_workers_per_gather = 4"
"""What a large anti join needs; small tables get neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """Rows of a foreign key that refer to nothing."""

    constraint: str
    table: str
    looked_at: int
    """Referencing rows with a complete key (MATCH FULL: with any part of one)."""
    count: int
    sample: tuple[str, ...]
    """At most five keys as text."""
    statement: str
    """The statement that lists them all."""


@dataclass(frozen=True, slots=True)
class _Join:
    """A foreign key as SQL: what it looks at, and which of it finds nothing."""

    source: str
    columns: tuple[str, ...]
    refers: str
    """The condition that a row refers to anything."""
    finds_nothing: str
    partner: str = ""
    """The LEFT JOIN that gives each row what it refers to, where that is one row at most: the server knows the key."""
    found: str = ""
    """A column of that row, NULL where there is none."""

    @property
    def lists(self) -> str:
        return f"SELECT f.*\nFROM {self.source}\nWHERE {self.refers}\n  AND {self.finds_nothing};"

    @property
    def counts(self) -> str:
        if self.partner:  # one look at each row does for both
            both = f"count(*), count(*) - count({self.found})"
            return f"SELECT {both} FROM {self.source} {self.partner} WHERE {self.refers}"  # noqa: S608 - quoted in _join
        looked_at = f"SELECT count(*) FROM {self.source} WHERE {self.refers}"  # noqa: S608 - quoted in _join
        return f"SELECT ({looked_at}), ({looked_at} AND {self.finds_nothing})"

    @property
    def samples(self) -> str:
        keys = ", ".join(self.columns)
        where = f"WHERE {self.refers} AND {self.finds_nothing}"
        return f"SELECT DISTINCT {keys} FROM {self.source} {where} ORDER BY {keys} LIMIT {_SHOWN}"  # noqa: S608 - quoted in _join


def orphans(connection: psycopg.Connection[Any], foreign_keys: Sequence[Constraint]) -> tuple[Orphans, ...]:
    """Return what each foreign key looked at and which of it finds no row, in the order given.

    Whether the server enforces or has validated the key, or whether its triggers are enabled, makes no difference.
    """
    if not foreign_keys:
        return ()
    question = filled(
        "foreign_keys",
        tables=[key.table for key in foreign_keys],
        names=[key.name for key in foreign_keys],
        references=[key.references for key in foreign_keys],
    )
    with Reading(connection) as reading:
        joins = [_join(key, known) for key, known in zip(foreign_keys, reading.ask(_MEANS, question)[0], strict=True)]
        counts = [[int(value or 0) for value in rows[0]] for rows in reading.ask(*(join.counts for join in joins))]
        guilty = [place for place, (_, count) in enumerate(counts) if count]
        answers = reading.ask(*(joins[place].samples for place in guilty)) if guilty else []
    samples = {
        place: tuple(_key(foreign_keys[place].columns, row) for row in rows)
        for place, rows in zip(guilty, answers, strict=True)
    }
    return tuple(
        Orphans(
            constraint=key.identity,
            table=key.table,
            looked_at=looked_at,
            count=count,
            sample=samples.get(place, ()),
            statement=join.lists,
        )
        for place, (key, join, (looked_at, count)) in enumerate(zip(foreign_keys, joins, counts, strict=True))
    )


def _join(key: Constraint, known: Row) -> _Join:
    _, is_partitioned, is_to_partitioned, operators, collations, has_period = known
    known_operators = msgspec.json.decode(operators or "[]", type=list[str])
    equal = known_operators or ["="] * len(key.columns)
    collated = msgspec.json.decode(collations or "[]", type=list[str]) or [""] * len(key.columns)
    here = tuple(f"f.{_quoted(column)}" for column in key.columns)
    there = tuple(f"p.{_quoted(column)}" for column in key.referenced_columns)
    # Children by inheritance have keys of their own; partitions belong to their root.
    source = f"{'' if is_partitioned == 't' else 'ONLY '}{key.table} AS f"
    target = f"{'' if is_to_partitioned == 't' else 'ONLY '}{key.references} AS p"
    matches = [
        f"{theirs} {operator} {ours}{f' COLLATE {collation}' if collation else ''}"
        for ours, theirs, operator, collation in zip(here, there, equal, collated, strict=True)
    ]
    refers = (" OR " if key.match_full else " AND ").join(f"{column} IS NOT NULL" for column in here)
    refers = f"({refers})" if key.match_full and len(here) > 1 else refers
    on = " AND ".join(matches)
    partner = ""
    if has_period == "t":
        *scalars, _ = matches
        during = " AND ".join([*scalars, f"{there[-1]} && {here[-1]}"])
        covered = f"SELECT range_agg({there[-1]}) FROM {target} WHERE {during}"  # noqa: S608 - quoted above
        nothing = f"NOT coalesce({here[-1]} <@ ({covered}), false)"
    else:
        nothing = f"NOT EXISTS (SELECT FROM {target} WHERE {on})"
        partner = f"LEFT JOIN {target} ON {on}" if known_operators else ""
    return _Join(source, here, refers, nothing, partner, there[0])


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string(None)


def _key(columns: Sequence[str], row: Row) -> str:
    return ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in zip(columns, row, strict=True))

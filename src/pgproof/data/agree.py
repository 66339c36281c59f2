"""Columns that must agree: those that CHECKs, foreign keys and partitions tie together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgproof.data.facts import TableFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Columns tied together, and what must hold for them; groups of one table share no column."""

    columns: frozenset[str]
    conditions: tuple[str, ...]
    """Expressions over the table's columns, of which none may be false."""


def groups(table: TableFacts, keys: Iterable[Sequence[str]]) -> tuple[Group, ...]:
    """Return the groups of a table whose foreign keys have these columns.

    What only one column's own choices decide makes no group.
    """
    foreign = [frozenset(k) for k in keys]
    found: list[Group] = []
    for columns, condition in _conditions(table, frozenset().union(*foreign)):
        tied = columns.union(*(k for k in foreign if k & columns))
        touching = [g for g in found if g.columns & tied]
        found = [g for g in found if g not in touching]
        found.append(
            Group(
                columns=tied.union(*(g.columns for g in touching)),
                conditions=(*(c for g in touching for c in g.conditions), condition),
            )
        )
    return tuple(found)


def _conditions(table: TableFacts, foreign: frozenset[str]) -> Iterator[tuple[frozenset[str], str]]:
    """Yield each condition with the columns that it looks at, generated ones taken for what they are made of."""
    every = frozenset(c.name for c in table.writable)
    for check in table.checks:
        seen = {c for c in table.columns if c.number in check.columns}
        names = frozenset(c.name for c in seen if not c.generated)
        for column in seen:
            names |= _named(column.generated, every)
        if len(check.columns) != 1 or names & foreign or any(c.generated for c in seen):
            yield names or every, check.expression
    if table.partitions and None not in table.partitions:
        bound = frozenset(c.name for c in table.columns if c.number in (table.partition_columns or ()))
        leaves = " OR ".join(f"({p})" for p in table.partitions)
        yield bound | _named(table.partition_key, every), f"coalesce({leaves}, false)"


def _named(text: str, names: Iterable[str]) -> frozenset[str]:
    """Return the names that occur in an expression; one too many does no harm."""
    return frozenset(n for n in names if n in text or n.replace('"', '""') in text)


def agreed(
    rows: Sequence[dict[str, str | None]], verdicts: Sequence[Sequence[bool]], tied: Sequence[Group]
) -> tuple[list[dict[str, str | None]], str]:
    """Return the rows in which all groups agree: a group that does not takes its values from a row in which it does.

    The second value is a condition that held in no row at all, if there is one.
    """
    donors: list[list[Mapping[str, str | None]]] = []
    for place, group in enumerate(tied):
        donors.append([row for row, verdict in zip(rows, verdicts, strict=True) if verdict[place]])
        if not donors[-1]:
            return [], " and ".join(group.conditions)
    made = []
    for n, (row, verdict) in enumerate(zip(rows, verdicts, strict=True)):
        whole = dict(row)
        for place, group in enumerate(tied):
            if not verdict[place]:
                donor = donors[place][n % len(donors[place])]
                whole.update({c: donor[c] for c in group.columns if c in donor})
        made.append(whole)
    return made, ""

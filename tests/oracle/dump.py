"""What a pg_dump says, without what is no difference.

Left out: tokens, settings, comments, sequence positions. Without order: objects, columns of a table.
Names that the server chose count as one name with a multiplicity; literals folded from today's clock as one literal.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HEADING = re.compile(
    r"^-- (?P<data>Data for )?Name: (?P<name>.*?); Type: (?P<type>.*?); Schema: (?P<schema>.*?); Owner: .*$",
    re.MULTILINE,
)
NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|\s*)$")
CHOSEN = re.compile(r"\b(\w+_(?:idx|key|check|fkey|pkey|excl|not_null|seq|stat))\d+\b")
LITERAL = re.compile(r"'(\d{4}-\d\d-\d\d)[^']*'")

Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table; None is NULL."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    key: tuple[str, ...]
    """The columns of the primary key; empty without one."""

    def by_key(self) -> dict[Row, dict[str, str | None]]:
        """Rows by key."""
        found = {}
        for row in self.rows:
            named = dict(zip(self.columns, row, strict=True))
            found[tuple(named[c] for c in self.key)] = named
        return found

    def over(self, columns: list[str]) -> Counter[Row]:
        """Rows as a multiset over some columns."""
        places = [self.columns.index(c) for c in columns]
        return Counter(tuple(row[p] for p in places) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Dump:
    """A database, comparable."""

    schema: Counter[str]
    tables: dict[str, Rows]


def parse(text: str) -> Dump:
    """Return a plain pg_dump as something that can be compared."""
    schema: Counter[str] = Counter()
    data: dict[str, tuple[tuple[str, ...], tuple[Row, ...]]] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for heading, body in _blocks(text):
        if heading["data"]:
            data[f"{heading['schema']}.{heading['name']}"] = _rows(body)
        elif heading["type"] not in {"SEQUENCE SET", "MATERIALIZED VIEW DATA"}:
            schema[_normal(heading["type"], body)] += 1
            if heading["type"] == "CONSTRAINT":
                keys |= _primary_key(heading["schema"], body)
    tables = {name: Rows(columns, rows, keys.get(name, ())) for name, (columns, rows) in data.items()}
    return Dump(schema, tables)


def schema_difference(before: Dump, after: Dump) -> list[str]:
    """Return the objects that only one of the two has."""
    gone, come = before.schema - after.schema, after.schema - before.schema
    return [f"- {text}" for text in gone.elements()] + [f"+ {text}" for text in come.elements()]


def row_difference(before: Dump, after: Dump, *, aside: frozenset[str] = frozenset(), is_rollback: bool) -> list[str]:
    """Return what became of the rows, one line a table.

    ``is_rollback``: NULLs that got a value are aside. ``aside``: tables and columns (``public.t``, ``public.t.c``).
    A table that only one of the two has is the schema's difference.
    """
    found = []
    for name in sorted(before.tables.keys() & after.tables.keys()):
        if name not in aside:
            difference = _table_difference(name, before.tables[name], after.tables[name], aside, is_rollback)
            if difference:
                found.append(f"{name}: {difference}")
    return found


def redo_difference(was: Dump, once: Dump, redone: Dump) -> list[str]:
    """Return what became of the rows of ``once``, one line a table.

    Rows that the up made (that are not in ``was``) may have other keys and values, and so may the values of columns
    that it added, because sequences and clocks go on; but as many there must be.
    """
    found = []
    for name in sorted(once.tables.keys() & redone.tables.keys()):
        difference = _redone_otherwise(was.tables.get(name), once.tables[name], redone.tables[name])
        if difference:
            found.append(f"{name}: {difference}")
    return found


def _redone_otherwise(was: Rows | None, once: Rows, redone: Rows) -> str:
    if len(once.rows) != len(redone.rows):
        return f"{len(once.rows)} rows, and {len(redone.rows)} after the redo"
    if was is None:
        return ""
    columns = [c for c in was.columns if c in once.columns and c in redone.columns]
    if not once.key or not was.key == once.key == redone.key:
        made = (once.over(columns) - was.over(columns)).total()
        gone = (once.over(columns) - redone.over(columns)).total()
        return f"{gone} rows are others" if gone > made else ""
    old, first, second = was.by_key(), once.by_key(), redone.by_key()
    kept = old.keys() & first.keys()
    if kept - second.keys():
        return f"{len(kept - second.keys())} rows lost"
    changed = [(key, column) for key in kept for column in columns if first[key][column] != second[key][column]]
    return f"{len(changed)} values changed, e.g. {sorted(changed, key=str)[:2]}" if changed else ""


def _table_difference(name: str, old: Rows, new: Rows, aside: frozenset[str], is_rollback: bool) -> str:
    columns = [c for c in old.columns if c in new.columns and f"{name}.{c}" not in aside]
    if not old.key or old.key != new.key or any(c not in columns for c in old.key):
        gone, come = old.over(columns) - new.over(columns), new.over(columns) - old.over(columns)
        return f"{gone.total()} rows gone, {come.total()} come" if gone or come else ""
    before, after = old.by_key(), new.by_key()
    lost, gained = before.keys() - after.keys(), after.keys() - before.keys()
    changed = [
        (key, column, before[key][column], after[key][column])
        for key in before.keys() & after.keys()
        for column in columns
        if before[key][column] != after[key][column] and not (is_rollback and before[key][column] is None)
    ]
    if not (lost or gained or changed):
        return ""
    shown = sorted(changed, key=str)[:2]
    return f"{len(lost)} rows lost, {len(gained)} gained, {len(changed)} values changed, e.g. {shown}"


def _blocks(text: str) -> list[tuple[re.Match[str], str]]:
    headings = list(HEADING.finditer(text))
    ends = [*(h.start() for h in headings[1:]), len(text)][: len(headings)]
    return [(h, text[h.end() : end]) for h, end in zip(headings, ends, strict=True)]


def _rows(body: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    head, _, rest = body.partition(" FROM stdin;\n")
    columns = tuple(c.strip() for c in head.partition("(")[2].rpartition(")")[0].split(", "))
    lines = rest.split("\n\\.")[0].split("\n") if not rest.startswith("\\.") else []
    return columns, tuple(tuple(None if v == "\\N" else v for v in line.split("\t")) for line in lines)


def _primary_key(schema: str, body: str) -> dict[str, tuple[str, ...]]:
    found = re.search(r"ALTER TABLE ONLY (.*)\n\s+ADD CONSTRAINT .* PRIMARY KEY \((.*?)\)", body)
    if found is None:
        return {}
    table = found[1].removeprefix(f"{schema}.").strip('"')
    return {f"{schema}.{table}": tuple(c.strip() for c in found[2].split(", "))}


def _normal(kind: str, body: str) -> str:
    lines = [line for line in body.split("\n") if not NOISE.match(line)]
    if kind in {"TABLE", "TYPE"} and "AS ENUM" not in body and len(lines) > 1:
        lines = [lines[0], *sorted(line.strip().rstrip(",") for line in lines[1:])]
    return LITERAL.sub(_clock, CHOSEN.sub(r"\1", "\n".join(lines)))


def _clock(literal: re.Match[str]) -> str:
    # A day to either side: the server's zone is not the oracle's.
    near = {(datetime.now(UTC) + timedelta(days=d)).date().isoformat() for d in (-1, 0, 1)}
    return "<clock>" if literal[1] in near else literal[0]

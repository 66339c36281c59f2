"""One spelling for what servers of different releases, and the same server at different times, spell differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from pglast import ast, parse_sql
from pglast.enums import SetOperation
from pglast.parser import ParseError

CLOCK = "<clock>"
_MOMENT = re.compile(r"'(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?)?'")
_SLACK = timedelta(seconds=2)
_QUARTER = timedelta(minutes=15)
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)
"""The clocks of the world, against UTC."""

_COMPLETE: Mapping[str, frozenset[str]] = {
    "table": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}),
    "sequence": frozenset({"SELECT", "UPDATE", "USAGE"}),
    "column": frozenset({"SELECT", "INSERT", "UPDATE", "REFERENCES"}),
    "function": frozenset({"EXECUTE"}),
    "type": frozenset({"USAGE"}),
    "schema": frozenset({"CREATE", "USAGE"}),
    "large object": frozenset({"SELECT", "UPDATE"}),
    "database": frozenset({"CREATE", "CONNECT", "TEMPORARY"}),
    "foreign data wrapper": frozenset({"USAGE"}),
    "foreign server": frozenset({"USAGE"}),
    "language": frozenset({"USAGE"}),
}


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a run may have folded ``now()`` into a literal."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether a moment, of any time zone where it has none of its own, lies in the window."""
        start, end = self.start - _SLACK, self.end + _SLACK
        if moment.tzinfo is not None:
            return start <= moment <= end
        local = moment.replace(tzinfo=UTC)
        late = min((local - start) // _QUARTER * _QUARTER, _EAST)
        return late >= _WEST and start <= local - late <= end

    def holds_day(self, day: date) -> bool:
        """Whether it was that day anywhere within the window."""
        return (self.start + _WEST).date() <= day <= (self.end + _EAST).date()

    def steady(self, text: str) -> str:
        """Return a text with each literal of this window as ``<clock>``."""
        return _MOMENT.sub(self._replace, text) if "'" in text else text

    def _replace(self, found: re.Match[str]) -> str:
        day, time, zone = found.groups()
        try:
            if time is None:
                inside = self.holds_day(date.fromisoformat(day))
            else:
                moment = datetime.fromisoformat(f"{day} {time[:15]}")
                inside = self.holds(moment.replace(tzinfo=UTC) if zone else moment)
        except (ValueError, OverflowError):
            return found[0]
        return f"'{CLOCK}'" if inside else found[0]


def privileges(kind: str, given: list[str]) -> tuple[str, ...]:
    """Return privileges sorted, as ALL where complete; MAINTAIN (17 and later) comes with all the others."""
    complete = _COMPLETE.get(kind.removesuffix(" default"), _COMPLETE["table"])
    for star in ("", "*"):
        if {p + star for p in complete} <= set(given):
            rest = {p for p in given if p.rstrip("*") not in complete and p.rstrip("*") != "MAINTAIN"}
            return (f"ALL{star}", *sorted(rest))
    return tuple(sorted(given))


def index_definition(text: str, name: str, table: str) -> str:
    """Return a CREATE INDEX from USING on; ``name`` and ``table`` are quoted and may hold anything."""
    unique = "UNIQUE " if text.startswith("CREATE UNIQUE") else ""
    start = f"CREATE {unique}INDEX {name} ON "
    only = "ONLY " if text.startswith(f"{start}ONLY {table} ") else ""
    return text[len(f"{start}{only}{table} ") :]


def constraint_definition(text: str) -> str:
    """Return a constraint without its state."""
    return text.removesuffix(" NOT VALID").removesuffix(" NOT ENFORCED")


@lru_cache(maxsize=4096)
def view_definition(text: str) -> str:
    """Return a view's query without qualifiers where it reads one relation, as 16 and later write it."""
    try:
        (parsed,) = parse_sql(text)
    except (ParseError, ValueError):
        return text
    query = parsed.stmt
    if not isinstance(query, ast.SelectStmt) or query.op != SetOperation.SETOP_NONE:
        return text
    source, *others = query.fromClause or (None,)
    if source is None or others:
        return text
    alias = getattr(source, "alias", None)
    name = alias.aliasname if alias is not None else getattr(source, "relname", None)
    if name is None or isinstance(source, ast.JoinExpr):
        return text
    for start in sorted({r.location or 0 for r in _references(query, name)}, reverse=True):
        text = _without_qualifier(text, start, name)
    return text


def _without_qualifier(text: str, start: int, name: str) -> str:
    quoted = '"' + name.replace('"', '""') + '".'
    for prefix in (name + ".", quoted):
        if text.startswith(prefix, start):
            return text[:start] + text[start + len(prefix) :]
    return text


def _references(node: object, name: str) -> Iterator[ast.ColumnRef]:
    """Yield the references ``name.column`` of a query itself; those of its subqueries need their qualifiers."""
    if isinstance(node, ast.ColumnRef):
        names = [part.sval for part in node.fields or () if isinstance(part, ast.String)]
        if names[:1] == [name] and len(names) > 1:
            yield node
        return
    children = node if isinstance(node, tuple) else [getattr(node, slot) for slot in getattr(node, "__slots__", ())]
    for child in children:
        if isinstance(child, tuple | ast.Node) and not isinstance(child, ast.SelectStmt):
            yield from _references(child, name)

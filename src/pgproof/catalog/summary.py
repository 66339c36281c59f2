"""Changes as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pgproof.catalog.diff import Change, FieldChange

_LONG = 100
_AROUND = 20
_PLURALS = {"index": "indexes", "policy": "policies"}


def summary(changes: Sequence[Change], limit: int = 10) -> tuple[str, ...]:
    """Return at most ``limit`` lines; what came or went with its table stands in the table's line."""
    tables = {(c.identity, c.what) for c in changes if c.kind == "table" and c.what != "changed"}
    owners = {id(c): _owner(c, tables) for c in changes}
    lines = [
        _line(change, [c for c in changes if owners[id(c)] == (change.identity, change.what)])
        for change in changes
        if owners[id(change)] is None
    ]
    if len(lines) > limit:
        lines[limit:] = [f"and {len(lines) - limit} more"]
    return tuple(lines)


def _owner(change: Change, tables: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the added or removed table that a change goes with."""
    if change.kind == "table":
        return None
    for table, what in tables:
        if change.what == what and (change.table == table or _is_grant_on(change, table)):
            return table, what
    return None


def _is_grant_on(change: Change, table: str) -> bool:
    return change.kind == "grant" and change.identity.startswith((f"table {table} ", f"column {table}."))


def _line(change: Change, members: Sequence[Change]) -> str:
    if change.fields:
        shown = "; ".join(_shortened(f) for f in change.fields)
        return f"{change.kind} {change.identity} {change.what}: {shown}"
    if not members:
        return str(change)
    counts = Counter(member.kind for member in members)
    parts = ", ".join(f"{n} {kind if n == 1 else _PLURALS.get(kind, kind + 's')}" for kind, n in counts.items())
    return f"{change} ({parts})"


def _shortened(field: FieldChange) -> str:
    """Return a property's change."""
    before, after = differing(field.before, field.after)
    return f"{field.name} {before or '(none)'} → {after or '(none)'}"


def differing(one: str, other: str) -> tuple[str, str]:
    """Return two texts on one line each; of long ones only what is not the same, with a little around it."""
    before, after = " ".join(one.split()), " ".join(other.split())
    if before == after:
        before, after = one, other
    if max(len(before), len(after)) > _LONG:
        head = _common(before, after)
        tail = _common(before[head:][::-1], after[head:][::-1])
        before, after = _cut(before, head, tail), _cut(after, head, tail)
    return before, after


def _common(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _cut(text: str, head: int, tail: int) -> str:
    start, end = max(head - _AROUND, 0), min(len(text) - tail + _AROUND, len(text))
    middle = text[start:end]
    if len(middle) > _LONG:
        middle = f"{middle[: _LONG // 2]} … {middle[-_LONG // 2 :]}"
    return ("…" if start else "") + middle + ("…" if end < len(text) else "")

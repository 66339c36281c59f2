"""Which value a column holds in row n: for every type that a server can declare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from pgproof.data.facts import TypeFacts, Types
from pgproof.data.scalars import EDGES, SERIES, TIMES, Slot

Values = Callable[[int], str]
"""Row number, from 0 → the value's text; distinct where the type allows."""
EDGE_ROWS = (1, 2, 5, 6)
"""The rows that hold values at the ends of a type; no column holds NULL in them."""


def values(types: Types, oid: int, slot: Slot) -> Values | None:
    """Return the values of a type, domains taken for what lies below them; None where it is not known how.

    Places alike share them: each value is made once.
    """
    if types.inner.get(oid):
        return in_turn(types.inner[oid], slot.shift)
    if (oid, slot) not in types.made:
        made = _values(types, oid, slot)
        types.made[oid, slot] = made and cache(made)
    return types.made[oid, slot]


def _values(types: Types, oid: int, slot: Slot) -> Values | None:
    found, modifier = types.ground(oid, slot.modifier)
    slot = replace(slot, modifier=modifier)
    if found.element:
        return _arrays(types, found, slot)
    make = {"e": _enums, "c": _composites, "r": _ranges, "m": _multiranges}.get(found.variety, _scalars)
    return make(types, found, slot)


def in_turn(choices: tuple[str, ...], shift: int = 0) -> Values:
    """Return these one after the other, for ever."""
    return lambda n: choices[(n + shift) % len(choices)]


def _enums(_types: Types, found: TypeFacts, slot: Slot) -> Values | None:
    return in_turn(found.labels, slot.shift) if found.labels else None


def _scalars(_types: Types, found: TypeFacts, slot: Slot) -> Values | None:
    series = SERIES.get(found.name)
    if series is None or (found.is_system and found.name in {"seg", "cube", "lo", "vector"}):
        return None
    edges = () if slot.is_key or found.name not in EDGES else EDGES[found.name](slot)
    at = dict(zip(EDGE_ROWS, edges, strict=False))
    return lambda n: at[n] if n in at else series(n, slot)


def _arrays(types: Types, found: TypeFacts, slot: Slot) -> Values | None:
    inner = values(types, found.element, replace(slot, default=""))
    if inner is None:
        return None
    delimiter = types[found.element].delimiter

    def array(n: int) -> str:
        if n == 1 and not slot.is_key:
            return "{}"
        return "{" + delimiter.join(quoted(inner(i), "\\") for i in (n, n + 1)) + "}"

    return array


def _composites(types: Types, found: TypeFacts, slot: Slot) -> Values | None:
    inner = []
    for shift, attribute in enumerate(found.attributes):
        place = replace(slot, modifier=attribute.modifier, shift=shift, label=attribute.name, default="")
        made = values(types, attribute.type, place)
        if made is None:
            return None
        inner.append(made)
    return lambda n: "(" + ",".join(quoted(made(n), '"') for made in inner) + ")"


def _ranges(types: Types, found: TypeFacts, slot: Slot) -> Values | None:
    subtype = types[found.subtype or 0]
    if subtype.category == "N" and subtype.variety == "b":
        return lambda n: "empty" if n == 1 and not slot.is_key else f"[{10 * n + 1},{10 * n + 6})"
    inner = values(types, subtype.oid, replace(slot, modifier=-1, is_key=True))
    if inner is None:
        return None
    if subtype.name in TIMES:
        return lambda n: "empty" if n == 1 and not slot.is_key else f'["{inner(2 * n)}","{inner(2 * n + 1)}")'
    return lambda n: "[" + ",".join([quoted(inner(n), '"')] * 2) + "]"


def _multiranges(types: Types, found: TypeFacts, slot: Slot) -> Values | None:
    inner = values(types, found.range or 0, replace(slot, modifier=-1))
    return inner and (lambda n: "{" + inner(n).replace("empty", "") + "}")


def quoted(value: str, quote: str) -> str:
    """Return a value as an element of an array (``quote`` a backslash) or a composite (``quote`` a double quote)."""
    return '"' + value.replace("\\", "\\\\").replace('"', quote + '"') + '"'

"""One generic difference over typed values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.model import Column, Object, Sequence
from pgproof.catalog.moved import moved
from pgproof.catalog.spelling import Spelling

_WEAK: Mapping[type[Object], Mapping[str, bool]] = {
    kind: {f.name: "weak" in f.metadata for f in fields(kind) if f.compare} for kind in FIELDS
}
"""The fields that are compared, and whether a difference of theirs is weak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One property, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One object that is in one catalog and not in the other, or not the same."""

    kind: str
    identity: str
    what: str
    """``added``, ``removed``, ``changed``."""
    fields: tuple[FieldChange, ...] = ()
    is_weak: bool = False
    """Worth a word, and no difference (the order of columns)."""
    table: str = ""
    """The table that it belongs to."""

    def __str__(self) -> str:
        """Return one line, e.g. ``column public.t.c changed: nullable true → false``."""
        fields = "; ".join(f"{f.name} {f.before or '(none)'} → {f.after or '(none)'}" for f in self.fields)
        return f"{self.kind} {self.identity} {self.what}" + (f": {fields}" if fields else "")


def diff(before: Catalog, after: Catalog) -> tuple[Change, ...]:
    """Return what is not the same, by kind and identity; nothing where only names differ that the server chose."""
    old, new = Spelling(before), Spelling(after)
    changes: list[Change] = []
    for kind, name in FIELDS.items():
        lefts, rights = getattr(before, name), getattr(after, name)
        if lefts is rights:
            continue
        changes += sorted(_differences(kind, lefts, rights, old, new), key=lambda c: (c.identity, c.what))
    return tuple(changes)


def _differences(
    kind: type[Object], lefts: tuple[Object, ...], rights: tuple[Object, ...], old: Spelling, new: Spelling
) -> Iterable[Change]:
    # Most objects of a later reading are those of the earlier one.
    shared = set(map(id, lefts)) & set(map(id, rights))
    left = {thing.identity: thing for thing in lefts if id(thing) not in shared}
    right = {thing.identity: thing for thing in rights if id(thing) not in shared}
    same = {i for i, thing in left.items() if thing == right.get(i)}
    left = {i: thing for i, thing in left.items() if i not in same}
    right = {i: thing for i, thing in right.items() if i not in same}
    if not left and not right:
        return
    left, right = _cancelled(left, right, old, new)
    places = _moved(lefts, rights, (*left.values(), *right.values())) if kind is Column else frozenset()
    for identity in left.keys() | right.keys():
        one, other = left.get(identity), right.get(identity)
        if one is not None and other is not None:
            found = _fields(old.spelt(one), new.spelt(other), kind)
            if identity not in places:
                found = [(f, weak) for f, weak in found if f.name != "position"]
            if found:
                yield Change(
                    kind=kind.kind, identity=identity, what="changed", fields=tuple(f for f, _ in found),
                    is_weak=all(weak for _, weak in found), table=_table(one),
                )  # fmt: skip
        else:
            what = "removed" if one is not None else "added"
            yield Change(kind=kind.kind, identity=identity, what=what, table=_table(one or other))


def _moved(lefts: tuple[Object, ...], rights: tuple[Object, ...], differing: tuple[Object, ...]) -> frozenset[str]:
    tables = {_table(thing) for thing in differing}
    return moved(*([thing for thing in side if _table(thing) in tables] for side in (lefts, rights)))


def _cancelled(
    left: Mapping[str, Object], right: Mapping[str, Object], old: Spelling, new: Spelling
) -> tuple[dict[str, Object], dict[str, Object]]:
    """Return what is left when objects that differ in nothing but a chosen name cancel out, one for one."""
    ours = {identity: old.key(thing) for identity, thing in left.items()}
    theirs = {identity: new.key(thing) for identity, thing in right.items()}
    common = Counter(ours.values()) & Counter(theirs.values())
    return _without(left, ours, Counter(common)), _without(right, theirs, Counter(common))


def _without(things: Mapping[str, Object], keys: Mapping[str, object], spent: Counter[object]) -> dict[str, Object]:
    kept: dict[str, Object] = {}
    for identity in sorted(things):
        if spent[keys[identity]] > 0:
            spent[keys[identity]] -= 1
        else:
            kept[identity] = things[identity]
    return kept


def _fields(one: Mapping[str, Any], other: Mapping[str, Any], kind: type[Object]) -> list[tuple[FieldChange, bool]]:
    return [
        (FieldChange(name=name, before=_text(one[name]), after=_text(other[name])), weak)
        for name, weak in _WEAK[kind].items()
        if one[name] != other[name]
    ]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _table(thing: Object | None) -> str:
    if isinstance(thing, Sequence):
        return thing.owner_table
    return getattr(thing, "table", "")

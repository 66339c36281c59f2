"""Where a schema is not as agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pgproof.catalog.contract.block import Block, Blocks, Key, Text, partitions
from pgproof.catalog.summary import differing

_CHOSEN = ("constraint", "index", "statistics")
"""Parts that the server may have named."""
_ENDING = re.compile(r'_(pkey|key|excl|idx|fkey|check|stat)\d*("?)$')
_CUT = 58
"""Names that are longer may have been cut to fit, and a number cuts them further."""
_HEAD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One thing that is not as agreed."""

    block: Key
    """The object that it is about, or that what it is about belongs to."""
    kind: str
    """``column``, ``constraint``, …; where it is about the object itself, that object's kind."""
    identity: str
    what: Literal["missing", "undeclared", "changed"]
    """In the contract alone, in the database alone, not the same."""
    detail: str = ""
    """The property of the object itself."""
    agreed: Text = ""
    found: Text = ""

    def __str__(self) -> str:
        """Return one line, e.g. ``column public.t.c: agreed text NOT NULL, is text``."""
        name = f"{self.kind} {self.identity}" + (f", {self.detail}" if self.detail else "")
        if self.what == "missing":
            return f"{name} is in the contract and not in the database{_in_brackets(self.agreed)}"
        if self.what == "undeclared":
            return f"{name} is not in the contract{_in_brackets(self.found)}"
        agreed, found = differing(_shown(self.agreed), _shown(self.found))
        return f"{name}: agreed {agreed}, is {found}"


def _shown(text: Text) -> str:
    return (text if isinstance(text, str) else ", ".join(text)) or "(nothing)"


def _in_brackets(text: Text) -> str:
    shown = " ".join(_shown(text).split())
    return f": {shown}" if text and len(shown) <= 100 else ""  # noqa: PLR2004 - what a line has room for


def disagreements(agreed: Blocks, found: Blocks) -> tuple[Disagreement, ...]:
    """Return where a database is not as agreed, object by object."""
    ours, theirs = partitions(agreed.values()), partitions(found.values())
    differences: list[Disagreement] = []
    for key in (*agreed, *(key for key in found if key not in agreed)):
        is_table, name = key[0] == "table", key[1]
        if is_table and (name in ours or name in theirs):
            differences += _partitions(key, agreed.get(key), found.get(key), ours.get(name), theirs.get(name))
        else:
            differences += _blocks(key, agreed.get(key), found.get(key))
    return tuple(differences)


def _partitions(
    key: Key, agreed: Block | None, found: Block | None, ours: str | None, theirs: str | None
) -> Iterator[Disagreement]:
    """Yield what is not as agreed about a partition of its own; that it comes or goes is a line of its table."""
    nothing = Block(kind=key[0], identity=key[1])
    if ours is not None and theirs is not None:
        for one in _lines(agreed or nothing, found or nothing):
            is_column = one.kind == "column"
            yield one if not is_column else Disagreement(
                block=key, kind="column", identity=one.identity, what="changed",
                agreed=one.agreed or f"as in {ours}", found=one.found or f"as in {theirs}",
            )  # fmt: skip
    elif ours is None and agreed is not None:
        yield Disagreement(
            block=key, kind=key[0], identity=key[1], what="changed", agreed="a table of its own",
            found=f"a partition of {theirs}",
        )  # fmt: skip


def _blocks(key: Key, agreed: Block | None, found: Block | None) -> Iterator[Disagreement]:
    if agreed is not None and found is not None:
        yield from _lines(agreed, found)
    else:
        what: Literal["missing", "undeclared"] = "undeclared" if agreed is None else "missing"
        yield Disagreement(block=key, kind=key[0], identity=key[1], what=what)


def _lines(agreed: Block, found: Block) -> Iterator[Disagreement]:
    for name in (*agreed.own, *(name for name in found.own if name not in agreed.own)):
        one, other = agreed.own.get(name, ""), found.own.get(name, "")
        if one != other:
            yield Disagreement(
                block=agreed.key, kind=agreed.kind, identity=agreed.identity, what="changed", detail=name,
                agreed=one, found=other,
            )  # fmt: skip
    for part in dict.fromkeys((*agreed.parts, *found.parts)):
        yield from _part(agreed, found, part)


def _part(agreed: Block, found: Block, part: str) -> Iterator[Disagreement]:
    ours, theirs = unlike(agreed.parts.get(part, {}), found.parts.get(part, {}))
    if part in _CHOSEN:
        ours, theirs = _without_chosen(ours, theirs, {name for kind, name in found.chosen if kind == part})
    for name in (*ours, *(name for name in theirs if name not in ours)):
        one, other = ours.get(name, ""), theirs.get(name, "")
        is_whole = part != "comment"
        what: Literal["missing", "undeclared", "changed"] = "changed"
        if is_whole and name not in theirs:
            what = "missing"
        if is_whole and name not in ours:
            what = "undeclared"
        yield Disagreement(
            block=agreed.key, kind=part, identity=agreed.identity_of(part, name), what=what, agreed=one, found=other
        )


def unlike(ours: Mapping[str, Text], theirs: Mapping[str, Text]) -> tuple[dict[str, Text], dict[str, Text]]:
    """Return the lines that are not the same on both sides."""
    return (
        {name: text for name, text in ours.items() if theirs.get(name) != text},
        {name: text for name, text in theirs.items() if ours.get(name) != text},
    )


def _without_chosen(
    ours: dict[str, Text], theirs: dict[str, Text], chosen: set[str]
) -> tuple[dict[str, Text], dict[str, Text]]:
    """Return the lines without those that differ in nothing but a name that the server chose."""
    left, right = dict(ours), dict(theirs)
    for name in sorted(chosen & theirs.keys()):
        twin = next((n for n, text in left.items() if text == theirs[name] and _is_alike(n, name)), None)
        if twin is not None:
            del left[twin], right[name]
    return left, right


def _is_alike(one: str, other: str) -> bool:
    """Return whether the server may have chosen one name where it chose the other: they differ in a number."""
    ends = _ENDING.search(one), _ENDING.search(other)
    if ends[0] is None or ends[1] is None or ends[0].groups() != ends[1].groups():
        return False
    heads = one[: ends[0].start()], other[: ends[1].start()]
    is_cut = min(len(one.encode()), len(other.encode())) >= _CUT
    return heads[0] == heads[1] or (is_cut and heads[0][:_HEAD] == heads[1][:_HEAD])

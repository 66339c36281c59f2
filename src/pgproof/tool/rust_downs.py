"""Which parts of a file of Rust speak of downs: each ``fn down``, and the constants and functions that only these use.

const DOWN: &str = "DROP TABLE t";                                  // the down's
async fn down(&self, m: &SchemaManager) -> R { run(m, DOWN).await }
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgproof.tool import rust

Span = tuple[int, int]
"""From the first character to behind the last."""

_CONSTANT = re.compile(r"\b(?:const|static)\s+(?:ref\s+|mut\s+)?(?P<name>[A-Z_]\w*)\s*:[^={}]*=")
_FUNCTION = re.compile(r"\b(?:async\s+)?fn\s+(?P<name>\w+)")
_DEEPER = re.compile(r"[\[({})\];]")


@dataclass(frozen=True, slots=True)
class Downs:
    """Spans in the order of the file; none overlaps another."""

    alone: tuple[Span, ...]
    """What nothing but a down needs."""
    whole: tuple[Span, ...]
    """All that a down needs."""


def of(source: rust.Source) -> Downs:
    """Return where a file speaks of its downs."""
    downs = [one.down for one in rust.declared(source) if one.down is not None]
    if not downs:
        return Downs((), ())
    items = {span: list(_uses(source, name, span)) for name, span in _items(source)}
    return Downs(_merged(_joined(downs, items, all)), _merged(_joined(downs, items, any)))


def _joined(
    downs: list[Span], items: Mapping[Span, Sequence[int]], decides: Callable[[Iterable[bool]], bool]
) -> list[Span]:
    """Return the downs with the items whose uses lie in them, or in items that were taken before."""
    spans, left = list(downs), {span: uses for span, uses in items.items() if uses}
    while more := [span for span, uses in left.items() if decides(_in(place, spans) for place in uses)]:
        spans += more
        left = {span: uses for span, uses in left.items() if span not in more}
    return spans


def _items(source: rust.Source) -> Iterator[tuple[str, Span]]:
    """Yield the name and span of each constant, and of each function beside those of a migration."""
    for match in _CONSTANT.finditer(source.plain):
        yield match["name"], (match.start(), _end(source, match.end()))
    migrations = rust.implementations(source)
    for match in _FUNCTION.finditer(source.plain):
        if not _in(match.start(), migrations):
            yield match["name"], (match.start(), rust.block(source, match.end())[1])


def _uses(source: rust.Source, name: str, span: Span) -> Iterator[int]:
    """Yield the places where an item is named, but for its own."""
    for match in re.compile(rf"\b{name}\b").finditer(source.plain):
        if not span[0] <= match.start() < span[1]:
            yield match.start()


def _end(source: rust.Source, place: int) -> int:
    """Return the place behind the semicolon that ends a constant; ``place`` itself where this is none after all.

    What was taken for a part of the down would be missing from the content of a released migration.
    """
    depth = 0
    for match in _DEEPER.finditer(source.plain, place):
        if match[0] == ";" and depth == 0:
            return match.end()
        depth += {"[": 1, "(": 1, "{": 1, ";": 0}.get(match[0], -1)
        if depth < 0:
            break
    return place


def _in(place: int, spans: Iterable[Span]) -> bool:
    return any(a <= place < b for a, b in spans)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)

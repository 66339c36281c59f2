"""Which row after is which row before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from pgproof.data.reading import Row

_PATIENCE = 250_000
"""Beyond so many comparisons, rows without a key are no longer paired by likeness."""


@dataclass(slots=True)
class Matched:
    """Rows before and after, told apart; rows have the same columns in the same order on both sides."""

    pairs: list[tuple[Row, Row]] = field(default_factory=list)
    lost: list[Row] = field(default_factory=list)
    gained: list[Row] = field(default_factory=list)


def match(before: Sequence[Row], after: Sequence[Row], keys: Sequence[Sequence[int]], values: Sequence[int]) -> Matched:
    """Return who is who.

    ``keys`` are positions of unique keys, best first; the first that tells the rows before apart is followed.
    ``values`` are the positions that can be compared. Without a key, rows are a multiset.
    """
    for key in keys:
        if _tells_apart(before, key):
            return _by_key(before, after, key, values)
    return _by_values(before, after, values)


def _tells_apart(rows: Sequence[Row], key: Sequence[int]) -> bool:
    return len(set(map(_picks(key), rows))) == len(rows)


def _picks(positions: Sequence[int]) -> Callable[[Row], Row]:
    chosen = tuple(positions)
    return lambda row: tuple([row[position] for position in chosen])


def _by_key(before: Sequence[Row], after: Sequence[Row], key: Sequence[int], values: Sequence[int]) -> Matched:
    found = _paired(before, after, _picks(key))
    others = [position for position in values if position not in key]
    if not (found.lost and found.gained):
        return found
    if (shifted := _all_rekeyed(before, after, others, nobody_stayed=not found.pairs)) is not None:
        return shifted
    # A key that was changed: the row is the one that is alike, and unique, in everything else.
    parts = [[position] for position in key] if len(key) > 1 else []
    for changed in [*parts, list(key)]:
        rest = [position for position in values if position not in changed]
        if not rest:
            continue
        picks = _picks(rest)
        once = _unique(map(picks, before)) & _unique(map(picks, after))
        again = _paired(found.lost, found.gained, picks, only=once)
        found.pairs += again.pairs
        found.lost, found.gained = again.lost, again.gained
    return found


def _all_rekeyed(
    before: Sequence[Row], after: Sequence[Row], others: Sequence[int], *, nobody_stayed: bool
) -> Matched | None:
    """Return the pairs of a table in which nothing but the key changed (``id := id + 1`` shifts onto other rows)."""
    if not others or len(before) != len(after):
        return None
    picks = _picks(others)
    then, now = Counter(map(picks, before)), Counter(map(picks, after))
    if then == now and (nobody_stayed or len(then) == len(before)):
        return _paired(before, after, picks)
    return None


def _unique(values: Iterable[Row]) -> set[Row]:
    return {value for value, times in Counter(values).items() if times == 1}


def _paired(
    before: Iterable[Row], after: Iterable[Row], alike: Callable[[Row], Row], *, only: set[Row] | None = None
) -> Matched:
    """Return pairs of rows that are alike, equal ones first where there are several."""
    found = Matched()
    waiting: dict[Hashable, list[Row]] = defaultdict(list)
    for row in after:
        waiting[alike(row)].append(row)
    for row in before:
        sign = alike(row)
        there = waiting.get(sign) if only is None or sign in only else None
        if not there:
            found.lost.append(row)
        elif row in there:
            there.remove(row)
            found.pairs.append((row, row))
        else:
            found.pairs.append((row, there.pop(0)))
    found.gained = [row for rows in waiting.values() for row in rows]
    return found


def _by_values(before: Sequence[Row], after: Sequence[Row], values: Sequence[int]) -> Matched:
    found = _paired(before, after, _picks(values))
    if not (found.lost and found.gained):
        return found
    for rest in _rests(found, values):
        # In order, so that the samples of an UPDATE look like it.
        again = _paired(sorted(found.lost, key=_order), sorted(found.gained, key=_order), _picks(rest))
        found.pairs += again.pairs
        found.lost, found.gained = again.lost, again.gained
    _by_likeness(found, values)
    return found


def _rests(found: Matched, values: Sequence[int]) -> list[list[int]]:
    """Return what to recognise changed rows by: the columns that did not change, then all columns but one."""
    rests = []
    if len(found.lost) == len(found.gained):
        same = [p for p in values if Counter(row[p] for row in found.lost) == Counter(row[p] for row in found.gained)]
        picks = _picks(same)
        if same and Counter(map(picks, found.lost)) == Counter(map(picks, found.gained)):
            rests.append(same)
    if len(values) > 1:
        rests += [[position for position in values if position != changed] for changed in values]
    return rests


def _by_likeness(found: Matched, values: Sequence[int]) -> None:
    """Pair what is left, most alike first.

    Where as many rows came as went, one column in common is enough, and none where there is but one column: an UPDATE.
    Else half of the columns must agree: of the others nobody can tell.
    """
    if not 0 < len(found.lost) * len(found.gained) <= _PATIENCE:
        return
    same_number = len(found.lost) == len(found.gained)
    needed = min(len(values) - 1, 1) if same_number else (len(values) + 1) // 2
    scores = []
    for i, row in enumerate(found.lost):
        for j, other in enumerate(found.gained):
            alike = sum(row[p] == other[p] and row[p] is not None for p in values)
            if alike >= needed:
                scores.append((-alike, i, j))
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in sorted(scores):
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            found.pairs.append((found.lost[i], found.gained[j]))
    found.lost = [row for i, row in enumerate(found.lost) if i not in taken[0]]
    found.gained = [row for j, row in enumerate(found.gained) if j not in taken[1]]


def _order(row: Row) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in row]

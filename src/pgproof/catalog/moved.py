"""Which columns stand elsewhere in their table: those, and not all that stand behind them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from pgproof.catalog.model import Column, Object


def moved(before: Iterable[Object], after: Iterable[Object]) -> frozenset[str]:
    """Return the identities of the fewest columns that explain why the columns of both have another order."""
    orders: dict[str, list[Column]] = defaultdict(list)
    later = {thing.identity: thing.position for thing in after if isinstance(thing, Column)}
    for thing in before:
        if isinstance(thing, Column) and thing.identity in later:
            orders[thing.table].append(thing)
    found: set[str] = set()
    for columns in orders.values():
        columns.sort(key=lambda column: column.position)
        stayed = _rising([later[column.identity] for column in columns])
        found.update(column.identity for number, column in enumerate(columns) if number not in stayed)
    return frozenset(found)


def _rising(values: list[int]) -> set[int]:
    """Return the places of a longest rising subsequence."""
    tails: list[int] = []
    places: list[int] = []
    previous: list[int] = []
    for place, value in enumerate(values):
        at = bisect_left(tails, value)
        previous.append(places[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            places.append(place)
        else:
            tails[at], places[at] = value, place
    kept: set[int] = set()
    place = places[-1] if places else -1
    while place >= 0:
        kept.add(place)
        place = previous[place]
    return kept

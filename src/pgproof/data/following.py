"""Which table after is which table before, and which column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgproof.data.image import ImageColumn, TableImage
from pgproof.data.matching import Matched, match
from pgproof.data.reading import Row


@dataclass(frozen=True, slots=True)
class KeptColumn:
    """A column that is there before and after."""

    attnum: int
    then: ImageColumn
    attnum_now: int
    now: ImageColumn

    @property
    def is_retyped(self) -> bool:
        """Whether its type is another; one that was only renamed, or made again under its name, is not."""
        then, now = self.then, self.now
        return then.type != now.type and (then.type_oid, then.modifier) != (now.type_oid, now.modifier)


@dataclass(slots=True, kw_only=True)
class Followed:
    """A table before, after, or both."""

    before: TableImage | None
    after: TableImage | None
    kept: tuple[KeptColumn, ...] = ()
    dropped: tuple[tuple[int, ImageColumn], ...] = ()
    added: tuple[tuple[int, ImageColumn], ...] = ()
    names: tuple[str, ...] = ()
    """The columns of the rows in ``matched``, by their names before."""
    names_now: tuple[str, ...] = ()
    """The same columns by their names after."""
    matched: Matched | None = field(default_factory=Matched)
    """None where there are too many rows."""


def follow(before: Mapping[int, TableImage], after: Mapping[int, TableImage], *, names_first: bool) -> list[Followed]:
    """Return every table that is not the same in both states, with its rows told apart."""
    then, now = dict(before), dict(after)
    found = []
    for by_name in (names_first, not names_first):
        for old, new in _same(then, now, by_name=by_name):
            image, image_now = then.pop(old), now.pop(new)
            # The very same image where nobody touched the table.
            if image is not image_now and image != image_now:
                found.append(_both(image, image_now, names_first=names_first))
    for image in then.values():
        lost = None if image.rows is None else Matched(lost=list(image.rows))
        names = tuple(column.name for column in image.columns.values())
        found.append(Followed(before=image, after=None, names=names, matched=lost))
    for image in now.values():
        gained = None if image.rows is None else Matched(gained=list(image.rows))
        names = tuple(column.name for column in image.columns.values())
        found.append(Followed(before=None, after=image, names_now=names, matched=gained))
    _meet_partitions(found)
    return found


def _same(then: Mapping[int, TableImage], now: Mapping[int, TableImage], *, by_name: bool) -> list[tuple[int, int]]:
    if not by_name:
        return [(oid, oid) for oid in then if oid in now]
    there = {image.identity: oid for oid, image in now.items()}
    return [(oid, there[image.identity]) for oid, image in then.items() if image.identity in there]


def _both(before: TableImage, after: TableImage, *, names_first: bool) -> Followed:
    kept = _kept_columns(before, after, names_first=names_first)
    gone, new = {column.attnum for column in kept}, {column.attnum_now for column in kept}
    followed = Followed(
        before=before,
        after=after,
        kept=kept,
        dropped=tuple(item for item in before.columns.items() if item[0] not in gone),
        added=tuple(item for item in after.columns.items() if item[0] not in new),
        names=tuple(column.then.name for column in kept),
        names_now=tuple(column.now.name for column in kept),
        matched=None,
    )
    if before.rows is not None and after.rows is not None:
        rows = _chosen(before, [column.attnum for column in kept])
        rows_now = _chosen(after, [column.attnum_now for column in kept])
        values = [place for place, column in enumerate(kept) if not column.is_retyped]
        followed.matched = match(rows, rows_now, _keys(before, kept, rows, rows_now), values)
    return followed


def _kept_columns(before: TableImage, after: TableImage, *, names_first: bool) -> tuple[KeptColumn, ...]:
    """Return the columns of both, in the order before.

    In one table by attnum, so that a column dropped and added is two columns; in a table made again by name.
    """
    then, now = dict(before.columns), dict(after.columns)
    ways = (True,) if before.oid != after.oid else (True, False) if names_first else (False,)
    kept = {}
    for by_name in ways:
        there = {column.name if by_name else attnum: attnum for attnum, column in now.items()}
        for attnum, column in list(then.items()):
            found = there.get(column.name if by_name else attnum)
            if found is not None:
                kept[attnum] = KeptColumn(attnum, then.pop(attnum), found, now.pop(found))
    return tuple(kept[attnum] for attnum in before.columns if attnum in kept)


def _chosen(image: TableImage, attnums: Sequence[int]) -> list[Row]:
    places = {attnum: place for place, attnum in enumerate(image.columns)}
    chosen = [places[attnum] for attnum in attnums]
    return [tuple([row[place] for place in chosen]) for row in image.rows or ()]


def _keys(
    before: TableImage, kept: Sequence[KeptColumn], rows: Sequence[Row], rows_now: Sequence[Row]
) -> list[tuple[int, ...]]:
    """Return the places of the keys that the table had before, those of an unchanged type first.

    A key of another type (integer, now bigint) still serves where its texts are mostly the same.
    """
    places = {column.attnum: place for place, column in enumerate(kept)}
    keys = [
        tuple(places[attnum] for attnum in key)
        for key in (before.key, *before.uniques)
        if key and all(attnum in places for attnum in key)
    ]
    same = [key for key in keys if not any(kept[place].is_retyped for place in key)]
    alike = []
    for key in keys:
        if key not in same:
            then = {tuple([row[place] for place in key]) for row in rows}
            now = {tuple([row[place] for place in key]) for row in rows_now}
            if then and 2 * len(then & now) >= len(then):
                alike.append(key)
    return same + alike


def _meet_partitions(found: Sequence[Followed]) -> None:
    """Strike the rows that a partition took with it when it was attached or detached: neither lost nor gained."""
    losers = [(one, one.before, one.matched) for one in found if one.matched and one.matched.lost]
    finders = [(one, one.after, one.matched) for one in found if one.matched and one.matched.gained]
    for loser, then, lost in losers:
        for finder, now, gained in finders:
            if loser is not finder and then and now and _share_a_partition(then, now):
                _strike(lost, loser.names, gained, finder.names_now)


def _share_a_partition(then: TableImage, now: TableImage) -> bool:
    return bool(then.partitions & now.partitions) or now.oid in then.partitions or then.oid in now.partitions


def _strike(then: Matched, names: Sequence[str], now: Matched, names_now: Sequence[str]) -> None:
    if not (then.lost and now.gained) or not set(names) <= set(names_now):
        return
    places = [names_now.index(name) for name in names]

    def signed(row: Row) -> Row:
        return tuple([row[place] for place in places])

    here = Counter(then.lost)
    both = here & Counter(map(signed, now.gained))
    then.lost = _without(then.lost, list(then.lost), Counter(both))
    now.gained = _without(now.gained, [signed(row) for row in now.gained], Counter(both))


def _without(rows: Sequence[Row], signs: Sequence[Row], struck: Counter[Row]) -> list[Row]:
    left = []
    for row, sign in zip(rows, signs, strict=True):
        if struck[sign]:
            struck[sign] -= 1
        else:
            left.append(row)
    return left

"""What became of rows and values between two states of one database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pgproof.data.change import ColumnChange, TableChange, ValueSample
from pgproof.data.following import Followed, KeptColumn, follow
from pgproof.data.image import ImageColumn, TableImage
from pgproof.data.reading import Row

_SHOWN = 5
_WIDTH = 120


def compare(before: Mapping[int, TableImage], after: Mapping[int, TableImage]) -> tuple[TableChange, ...]:
    """Return what a migration did to the rows: only tables about which there is something to say.

    Tables and columns are followed through renames (by oid and attnum), and by name where a table was made again.
    """
    return _compare(before, after, names_first=False)


def compare_by_name(before: Mapping[int, TableImage], after: Mapping[int, TableImage]) -> tuple[TableChange, ...]:
    """Return how two states differ that should be the same: before a step and after its down, once and twice.

    Tables and columns are followed by name, so that a column brought back is the one that was dropped.
    """
    return _compare(before, after, names_first=True)


def _compare(
    before: Mapping[int, TableImage], after: Mapping[int, TableImage], *, names_first: bool
) -> tuple[TableChange, ...]:
    found = follow(before, after, names_first=names_first)
    moved = frozenset[int]().union(*(image.partitions for state in (before, after) for image in state.values()))
    changes = (_change(followed, moved) for followed in found)
    return tuple(sorted((change for change in changes if change is not None), key=lambda change: change.table))


def _change(followed: Followed, partitions: frozenset[int]) -> TableChange | None:
    """Return what is to be said about one table, or None."""
    before, after = followed.before, followed.after
    image = before or after
    if image is None:
        return None
    said = TableChange(
        table=image.identity,
        renamed_to=after.identity if before and after and before.identity != after.identity else "",
        # A partition that was attached or detached is another table and the same rows.
        is_dropped=after is None and image.oid not in partitions,
        is_added=before is None and image.oid not in partitions,
        rows_before=before.count if before else 0,
        rows_after=after.count if after else 0,
    )
    change = _with_digests(said, followed) if followed.matched is None else _with_rows(said, followed)
    nothing = TableChange(table=said.table, rows_before=said.rows_before, rows_after=said.rows_after)
    return None if change == nothing else change


def _with_rows(said: TableChange, followed: Followed) -> TableChange:
    matched = followed.matched
    if matched is None:
        return said
    return replace(
        said,
        lost=len(matched.lost),
        gained=len(matched.gained),
        lost_keys=_first(matched.lost, _labels(followed.before, followed.names)),
        gained_keys=_first(matched.gained, _labels(followed.after, followed.names_now)),
        columns=_columns(followed),
    )


def _columns(followed: Followed) -> tuple[ColumnChange, ...]:
    matched, before = followed.matched, followed.before
    if matched is None or before is None or followed.after is None:
        return ()
    label = _labels(before, followed.names)
    changes = [_value_changes(place, column, matched.pairs, label) for place, column in enumerate(followed.kept)]
    rows = before.rows or ()
    places = {attnum: place for place, attnum in enumerate(before.columns)}
    for attnum, column in followed.dropped:
        held = sum(row[places[attnum]] is not None for row in rows)
        changes.append(ColumnChange(column=column.name, is_dropped=True, held=held))
    changes += [ColumnChange(column=column.name, is_added=True) for _, column in followed.added]
    return tuple(change for change in changes if change is not None)


def _value_changes(
    place: int, column: KeptColumn, pairs: Sequence[tuple[Row, Row]], label: Callable[[Row], str]
) -> ColumnChange | None:
    """Return what became of one column's values, or None where nothing did."""
    said = _named(column, held=sum(then[place] is not None for then, _ in pairs))
    if column.is_retyped:
        return said
    changed = [(then, now) for then, now in pairs if then[place] != now[place] and then[place] is not None]
    filled = [(then, now) for then, now in pairs if then[place] is None and now[place] is not None]
    if not changed and not filled and not said.renamed_to:
        return None
    return replace(
        said,
        changed=len(changed),
        emptied=sum(now[place] is None for _, now in changed),
        filled=len(filled),
        samples=tuple(
            ValueSample(key=label(then), before=_cut(then[place]), after=_cut(now[place]))
            for then, now in (changed or filled)[:_SHOWN]
        ),
    )


def _named(column: KeptColumn, *, held: int) -> ColumnChange:
    renamed_to = column.now.name if column.now.name != column.then.name else ""
    return ColumnChange(column=column.then.name, renamed_to=renamed_to, is_retyped=column.is_retyped, held=held)


def _with_digests(said: TableChange, followed: Followed) -> TableChange:
    """Return what digests can tell of a table with more rows than the limit."""
    before, after = followed.before, followed.after
    if before is None or after is None:
        return replace(said, lost=said.rows_before, gained=said.rows_after)
    said = replace(
        said,
        lost=max(0, before.count - after.count),
        gained=max(0, after.count - before.count),
        columns=_declared_columns(followed),
    )
    if before.rows is not None or after.rows is not None:
        return replace(said, not_compared=f"{before.count} rows before and {after.count} after: one is over the limit")
    if (before.count, before.key_digest) != (after.count, after.key_digest) or not _has_same_key(followed):
        return replace(said, not_compared=f"{after.count} rows are more than the limit, and their keys differ")
    return _with_column_digests(said, followed, before, after)


def _has_same_key(followed: Followed) -> bool:
    """Tell whether the digests of both sides were made with the same key."""
    before, after = followed.before, followed.after
    if before is None or after is None:
        return False
    there = {column.attnum: column for column in followed.kept}
    # Without a key the whole row is digested, so all of it must be the same columns.
    key, key_now = (image.key or tuple(image.columns) for image in (before, after))
    return bool(before.key) == bool(after.key) and [
        there[attnum].attnum_now if attnum in there and not there[attnum].is_retyped else None for attnum in key
    ] == list(key_now)


def _with_column_digests(said: TableChange, followed: Followed, before: TableImage, after: TableImage) -> TableChange:
    changes, differing = [], []
    for column in followed.kept:
        then, now = before.digests[column.attnum], after.digests[column.attnum_now]
        change = _named(column, held=then.values)
        if then != now and not column.is_retyped:
            differing.append(column.then.name)
            emptied = max(0, then.values - now.values)
            change = replace(change, changed=emptied, emptied=emptied, filled=max(0, now.values - then.values))
        elif not column.is_retyped and not change.renamed_to:
            continue
        changes.append(change)
    others = tuple(change for change in said.columns if change.is_added or change.is_dropped)
    said = replace(said, columns=(*changes, *others))
    if not differing:
        return said
    columns = ", ".join(differing)
    return replace(said, not_compared=f"{after.count} rows are more than the limit, and the values of {columns} differ")


def _declared_columns(followed: Followed) -> tuple[ColumnChange, ...]:
    before = followed.before

    def held(attnum: int) -> int:
        if before is None or attnum not in before.digests:
            return 0
        return before.digests[attnum].values

    kept = (_named(column, held=held(column.attnum)) for column in followed.kept)
    said = [change for change in kept if change.renamed_to or change.is_retyped]
    said += [ColumnChange(column=c.name, is_dropped=True, held=held(attnum)) for attnum, c in followed.dropped]
    said += [ColumnChange(column=c.name, is_added=True) for _, c in followed.added]
    return tuple(said)


def _labels(image: TableImage | None, names: Sequence[str]) -> Callable[[Row], str]:
    """Return what names a row: its key as ``id=5``, else all of it."""
    columns: Mapping[int, ImageColumn] = image.columns if image else {}
    key = [columns[attnum].name for attnum in (image.key if image else ())]
    places = [names.index(name) for name in key if name in names]
    if not key or len(places) < len(key):
        return lambda row: _cut(f"({_listed(names, row)})") or ""
    return lambda row: _cut(_listed(key, [row[place] for place in places])) or ""


def _listed(names: Sequence[str], values: Sequence[str | None]) -> str:
    return ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in zip(names, values, strict=True))


def _first(rows: Sequence[Row], label: Callable[[Row], str]) -> tuple[str, ...]:
    return tuple(label(row) for row in rows[:_SHOWN])


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"

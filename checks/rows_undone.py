"""How rows and values after a down, or after a redo, differ from what they should be."""

from __future__ import annotations

from pgproof import Difference, Step, TableChange

from .wording import counted, listed


def rows_left(step: Step, left: Difference) -> list[str]:
    """Return how rows and values differ from those before the step, one line each.

    Aside: NULLs that were filled, and what an explicit DROP of the up took.
    """
    found = []
    for change in left.rows:
        own = next((c for c in step.change.rows if c.table == change.table), None)
        if own is not None and own.is_dropped:
            continue
        dropped = {column.column for column in own.columns if column.is_dropped} if own else set()
        if not (dropped and change.lost == change.gained):  # without a key, a row that misses a value is another row
            found += _rows(change)
        for column in change.columns:
            wrong = column.held if column.is_dropped else column.changed
            if wrong and column.column not in dropped and not column.is_added:
                found.append(f"{change.table}, column {column.column}: {counted(wrong, 'value')} not what it was")
                found += [f"    {s.key}: {s.before!r} → {s.after!r}" for s in column.samples]
    return found


def rows_redone_otherwise(step: Step, between: Difference) -> list[str]:
    """Return how rows and values after a redo differ from those after the up, one line each.

    Rows that the up makes may get other keys, and columns that it adds other values (a sequence, a clock, a random
    default); missing they may not be.
    """
    found = []
    for change in between.rows:
        own = next((c for c in step.change.rows if change.table in {c.table, c.renamed_to}), TableChange(table=""))
        makes_up_for_it = change.lost == change.gained and (own.is_added or change.lost <= own.gained)
        if not makes_up_for_it:
            found += _rows(change)
        added = {column.column for column in own.columns if column.is_added}
        for column in change.columns:
            is_own = own.is_added or column.column in added or column.changed <= own.gained
            wrong = column.emptied if is_own else column.changed
            if wrong and not column.is_added:
                found.append(f"{change.table}, column {column.column}: {counted(wrong, 'value')} not as after the up")
    return found


def taken_by_drop(step: Step) -> list[str]:
    """Return what an explicit DROP of the up took with it, one line each."""
    tables = [f"{c.table} was dropped with {counted(c.lost, 'row')}" for c in step.change.rows if c.is_dropped]
    columns = [
        f"{change.table}, column {column.column} was dropped with {counted(column.held, 'value')}"
        for change in step.change.rows
        for column in change.columns
        if column.is_dropped and not change.is_dropped
    ]
    return tables + columns


def moved(change: TableChange) -> list[str]:
    """Return all that became of a table's rows and values, one line each."""
    found = _rows(change)
    for column in change.columns:
        if column.changed or column.filled:
            what = f"{counted(column.changed, 'value')} changed, {counted(column.filled, 'NULL')} filled"
            found += [f"{change.table}, column {column.column}: {what}"]
            found += [f"    {s.key}: {s.before!r} → {s.after!r}" for s in column.samples]
    return found


def _rows(change: TableChange) -> list[str]:
    found = []
    if change.lost:
        found += [f"{change.table}: {counted(change.lost, 'row')} missing", *_keys(change.lost_keys)]
    if change.gained:
        found += [f"{change.table}: {counted(change.gained, 'row')} too many", *_keys(change.gained_keys)]
    return found


def _keys(keys: tuple[str, ...]) -> list[str]:
    return listed([f"    {key}" for key in keys])

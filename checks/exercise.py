"""What a step met: whether there were rows to lose, and whether all that it does to rows was seen."""

from __future__ import annotations

from pgproof import Attempt, Difference, NotApplicable, NotExercised, Step

from .wording import listed, statement_at


def require_tables(step: Step) -> None:
    """Raise NotApplicable where no table existed before the step, and so no row could."""
    if not step.rows_before:
        raise NotApplicable("no table existed before it")


def require_filled(step: Step) -> None:
    """Raise NotExercised where a table that the step concerns held no row, or none did."""
    empty = _unfilled(step)
    if empty:
        raise NotExercised("; ".join(listed(empty)))
    if step.rows_before and not step.holds:
        raise NotExercised("no table held a row before it")


def require_exercised(step: Step, undone: Attempt | None = None) -> None:
    """Raise NotExercised where not all that the step, or its down, does to rows was seen.

    Rows were in its way and had to be emptied, were missing, or were too many to compare; or a statement that moves
    data touched none.
    """
    reasons = [*_emptied(step), *_unmoved(step), *_not_compared(step.change)]
    if undone is not None:
        reasons += [f"{ran.kind} in line {ran.line} of its down touched no row" for ran in undone.unmoved]
    if reasons:
        raise NotExercised("; ".join(listed(reasons)))
    require_filled(step)


def _emptied(step: Step) -> list[str]:
    if not step.emptied:
        return []
    return [f"it fails on rows (migration-applies-to-rows), so {', '.join(listed(step.emptied))} had to be emptied"]


def _unmoved(step: Step) -> list[str]:
    return [f"{statement_at(step.file, ran)} touched no row" for ran in step.unmoved]


def require_compared(difference: Difference) -> None:
    """Raise NotExercised where a probe left more rows than are compared one by one."""
    reasons = _not_compared(difference)
    if reasons:
        raise NotExercised("; ".join(listed(reasons)))


def _not_compared(difference: Difference) -> list[str]:
    return [f"{c.table} was not compared: {c.not_compared}" for c in difference.rows if c.not_compared]


def _unfilled(step: Step) -> list[str]:
    """Return why tables held no rows, for those that the step's statements name or its schema change belongs to."""
    written = {name for ran in step.ran for name in ran.tables}
    changed = [change.identity for change in step.change.schema]
    return [
        f"{table} could not be filled: {why}"
        for table, why in sorted(step.unfilled.items())
        if table in written
        or table.split(".", 1)[-1] in written
        or any(identity == table or identity.startswith(f"{table}.") for identity in changed)
    ]

"""What a down has to bring back, what it left behind, and which cause comes first."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof import Attempt, Change, Contract, Difference, End, Finding, History, NotApplicable, NotReached, Step

from .rows_undone import rows_left, rows_redone_otherwise
from .wording import changes, refused


def left_by_down(step: Step, undone: Attempt | None, contract: Contract) -> Difference:
    """Return what differs from before the step after its down; raises where something comes before that.

    A migration that changed no schema needs no down file: then all that it did is left.
    """
    require_written(step, undone, contract)
    if undone is None:
        return step.change
    if undone.failure is not None:
        raise NotReached("its down fails: see down-runs")
    return undone.difference or Difference()


def require_reversible(step: Step, contract: Contract) -> None:
    """Raise NotApplicable where the contract says that the migration cannot be undone."""
    declared = contract.of(step.version)
    if declared.irreversible:
        raise NotApplicable(f"the contract says that it is irreversible: {declared.reason}")


def require_written(step: Step, undone: Attempt | None, contract: Contract) -> None:
    """Raise where there is nothing to run: irreversible by contract, or no down although the schema changed."""
    require_reversible(step, contract)
    if (undone is None or step.down_is_empty) and counting(step.change.schema):
        raise NotReached("it has no down: see down-is-written")


def require_schema_restored(left: Difference) -> None:
    """Raise NotReached where the schema is not what it was before the step."""
    if counting(left.schema):
        raise NotReached("its down does not bring back the schema: see rollback-restores-schema")


def require_rows_restored(step: Step, left: Difference) -> None:
    """Raise NotReached where the rows are not what they were before the step."""
    if rows_left(step, left):
        raise NotReached("its down does not bring back the rows: see rollback-restores-data")


def require_down(undone: Attempt | None) -> Attempt:
    """Return what came of the down; raises NotApplicable where there is none, and none is needed."""
    if undone is None:
        raise NotApplicable("it has no down, and changed no schema")
    return undone


def to_undo(step: Step, contract: Contract) -> tuple[Change, ...]:
    """Return the schema changes that a down has to undo; raises NotApplicable where there is none, or none can be."""
    require_reversible(step, contract)
    found = counting(step.change.schema)
    if found:
        return found
    if any(_adds_label(change) for change in step.change.schema):
        raise NotApplicable("its only change is an enum label, which no down can take away")
    raise NotApplicable("it changed no schema that a down has to bring back")


def redone_otherwise(step: Step, redone: Attempt) -> list[str]:
    """Return how the state after a redo differs from that after the up: refused, or not the same."""
    if redone.failure is not None:
        return refused(redone.failure)
    between = redone.difference or Difference()
    return [*changes(counting(between.schema)), *rows_redone_otherwise(step, between)]


def counting(found: Iterable[Change]) -> tuple[Change, ...]:
    """Return the schema changes that a down has to undo: column order, enum labels and new extensions aside."""
    return tuple(
        change
        for change in found
        if not (change.is_weak or _adds_label(change) or (change.kind == "extension" and change.what == "added"))
    )


def report_labels(step: Step, left: Difference) -> None:
    """Raise a finding that is advice where enum labels are left, which cannot be helped."""
    labels = [change for change in left.schema if _adds_label(change)]
    if labels:
        raise Finding(
            f"{step.version} adds an enum label, which no down can take away",
            showed=changes(labels),
            do="PostgreSQL has no ALTER TYPE … DROP VALUE: the previous release must bear the label.",
            is_advice=True,
        )


def require_rolled_back(rolled_back: Attempt | None) -> Attempt:
    """Return what came of all downs; raises NotReached where they were not run."""
    if rolled_back is None:
        raise NotReached("the downs were not run: the walk did not reach the end")
    return rolled_back


def require_release_rolled_back(end: End) -> None:
    """Raise NotReached where the way to the start ends in the release already."""
    if end.release is not None and end.release.stopped:
        raise NotReached(f"the down of {end.release.stopped} fails: see release-rolls-back")


def stopped_at(end: End) -> str:
    """Return where the rollback to the start stopped, for a finding."""
    return f": the down of {end.rollback_stopped} fails on the way" if end.rollback_stopped else ": something is left"


def left_by_all_downs(rolled_back: Attempt) -> list[str]:
    """Return what is wrong with a rollback to the start: the down that failed, or what is left."""
    if rolled_back.failure is not None:
        return refused(rolled_back.failure)
    left = rolled_back.difference or Difference()
    return changes(change for change in counting(left.schema) if not _is_acl_of_public(change))


def require_sound(steps: Iterable[Step], history: History, contract: Contract, *, stopped: str) -> None:
    """Raise where a single step has shown already why they cannot all be undone; ``stopped``: whose down failed."""
    for step in steps:
        try:
            left = left_by_down(step, step.down, contract)
            require_schema_restored(left)
            require_rows_restored(step, left)
        except (NotApplicable, NotReached) as cause:
            raise type(cause)(f"{step.version}: {cause.reason}") from cause
    without = [migration.version for migration in history.migrations if migration.down is None]
    if stopped in without:
        raise NotReached(f"{stopped} has no down")


def _adds_label(change: Change) -> bool:
    if change.kind != "type" or [field.name for field in change.fields] != ["labels"]:
        return False
    before, after = (set(text.split(", ")) for text in (change.fields[0].before, change.fields[0].after))
    return before <= after


def _is_acl_of_public(change: Change) -> bool:
    return change.kind == "grant" and change.identity.startswith("schema public to ")

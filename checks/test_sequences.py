"""Sequences: the next key must be free (the runbook has no item for it)."""

from __future__ import annotations

from pgproof import (
    Check,
    Finding,
    Looked,
    NotApplicable,
    Preview,
    Sequence,
    SequencePosition,
    Step,
    check,
    each,
)

from .levels import ALWAYS
from .wording import counted, literal

SEQUENCE_IS_AHEAD = Check(
    id="sequence-is-ahead",
    claim="The next value is beyond all values of its column.",
    effect="The first INSERT of the application fails with a duplicate key (23505), once for each value in the way.",
    remedy="SELECT setval(…, (SELECT max(…) FROM …)) after inserting explicit keys, or after attaching a sequence.",
    runbook="",
    levels=ALWAYS,
)


@each("sequence")
@check(SEQUENCE_IS_AHEAD)
def test_sequence_is_ahead(
    sequence: Sequence, preview: Preview, steps: tuple[Step, ...], looked: Looked
) -> None:
    """The next value is free: explicit keys in an INSERT do not move the sequence."""
    found = [*preview.sequences, *(position for step in steps for position in step.attached)]
    mine = [position for position in found if position.sequence == sequence.identity and position.rows]
    if not mine:
        raise NotApplicable("no migration inserted rows into its column, or attached it to one that held some")
    behind = next((position for position in mine if not position.is_ahead), None)
    if behind is not None:
        raise Finding(
            f"sequence {sequence.identity} is behind {behind.column}",
            showed=[
                f"{behind.when}: the next value is {behind.next_value:,}",
                f"{behind.column} already holds {_held(behind)} ({counted(behind.rows, 'row')})",
            ],
            do=_set(sequence, behind),
        )
    looked.at(sum(position.rows for position in mine))


def _held(position: SequencePosition) -> str:
    return "no value" if position.largest is None else f"{position.largest:,}"


def _set(sequence: Sequence, position: SequencePosition) -> str:
    table, _, column = position.column.rpartition(".")
    extreme = "max" if sequence.increment > 0 else "min"
    return f"SELECT setval({literal(sequence.identity)}, (SELECT {extreme}({column}) FROM {table}));"  # noqa: S608 - shown, never sent

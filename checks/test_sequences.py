"""Sequences: the next key must be free (the runbook has no item for it)."""

from __future__ import annotations

from pgproof import (
    Check,
    Column,
    Finding,
    Looked,
    NotApplicable,
    NotExercised,
    Preview,
    Sequence,
    SequencePosition,
    Step,
    check,
    each,
)

from .levels import ALWAYS
from .room import ENDS, Room, bound, fed, furthest, is_beyond, is_cut_short, last_of, room_of, widen
from .wording import counted, literal

MOST_USED = 0.7
"""Of the values of a sequence."""

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


SEQUENCE_HAS_ROOM = Check(
    id="sequence-has-room",
    claim="At most 70 % of its values are used, and its maximum fits the type of the column.",
    effect="One day every INSERT fails (2200H, 22003), and the cure, a wider key, takes hours on a large table.",
    remedy="Make the column, its references and the sequence bigint while there is time for it.",
    runbook="",
    levels=ALWAYS,
)


@each("sequence")
@check(SEQUENCE_HAS_ROOM)
def test_sequence_has_room(sequence: Sequence, preview: Preview, looked: Looked) -> None:
    """It has values left, and the column can hold them: nobody looks at a counter until it stops."""
    mine = [position for position in preview.sequences if position.sequence == sequence.identity]
    if not mine:
        raise NotExercised("where it stands was not read")
    columns = fed(mine, preview.catalog)
    ends = {column.identity: furthest(column.type, sequence, preview.catalog) for column in columns}
    known = [end for end in ends.values() if end is not None]
    room = room_of(sequence, mine[0].next_value, known)
    if not sequence.cycle and room.used > MOST_USED:
        raise _nearly_full(sequence, mine[0], room, [one for one in columns if ends[one.identity] == room.end])
    _demand_fit(sequence, columns, ends)
    looked.at(len(mine))


def _nearly_full(sequence: Sequence, position: SequencePosition, room: Room, narrow: list[Column]) -> Finding:
    return Finding(
        f"sequence {sequence.identity} is {room.used:.0%} used",
        showed=[
            f"{position.when}: the next value is {position.next_value:,}",
            f"the last one is {room.end:,}, so that {counted(room.left, 'value')} of {room.total:,} are left",
        ],
        do=widen(sequence, narrow),
    )


def _demand_fit(sequence: Sequence, columns: list[Column], ends: dict[str, int | None]) -> None:
    """Raise the finding of a sequence that does not end where its columns do."""
    last = last_of(sequence)
    for column in columns:
        end = ends[column.identity]
        if end is not None and is_beyond(last, end, sequence):
            raise Finding(
                f"sequence {sequence.identity} goes on beyond what {column.identity} holds",
                showed=[f"it ends at {last:,}; {column.identity} is {column.type}, which ends at {end:,}"],
                do=bound(sequence, column, end),
            )
    if sequence.cycle or not columns:
        return
    told = ", ".join(f"{column.identity} is {column.type}" for column in columns)
    if is_cut_short(sequence, ends.values()):
        raise Finding(
            f"sequence {sequence.identity} is {sequence.type}, and ends before the column that it feeds",
            showed=[f"{told}; the sequence ends at {last:,}"],
            do=f"ALTER SEQUENCE {sequence.identity} AS bigint;",
            is_advice=True,
        )
    if abs(last) in {ENDS["smallint"], ENDS["smallint"] + 1}:
        raise Finding(
            f"sequence {sequence.identity} feeds a smallint key: it has {ENDS['smallint']:,} values in all",
            showed=[told],
            do=widen(sequence, columns),
            is_advice=True,
        )


def _held(position: SequencePosition) -> str:
    return "no value" if position.largest is None else f"{position.largest:,}"


def _set(sequence: Sequence, position: SequencePosition) -> str:
    table, _, column = position.column.rpartition(".")
    extreme = "max" if sequence.increment > 0 else "min"
    return f"SELECT setval({literal(sequence.identity)}, (SELECT {extreme}({column}) FROM {table}));"  # noqa: S608 - shown, never sent

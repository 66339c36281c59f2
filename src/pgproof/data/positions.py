"""Where sequences stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

import psycopg
from psycopg import sql

from pgproof.data.reading import Reading, Row, filled, prepared

State = tuple[int, bool]
"""A sequence's last value, and whether it was drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencePosition:
    """Where a sequence stands, beside the values of the column that it feeds."""

    sequence: str
    column: str
    """Empty where it feeds no column of numbers."""
    next_value: int
    largest: int | None
    """The largest value in the column (smallest, for a descending sequence); None where it is empty."""
    rows: int = 0
    """How many values the column holds."""
    is_ahead: bool = True
    when: str = ""
    """``after all migrations on an empty database``, or ``after <version>``."""


def positions(
    connection: psycopg.Connection[Any], *, exclude: Collection[str] = (), when: str = ""
) -> tuple[SequencePosition, ...]:
    """Return where each sequence stands for each column of numbers that it feeds, and those that feed none.

    ``exclude`` holds identities of tables, whose sequences are left out.
    """
    with Reading(connection) as reading:
        feeding = reading.ask(filled("sequences", exclude=sorted(exclude)))[0]
        answers = reading.ask(*(row[2] or "" for row in feeding), last=True) if feeding else []
    return tuple(
        _position(row[0] or "", row[1] or "", answer[0], when) for row, answer in zip(feeding, answers, strict=True)
    )


def _position(sequence: str, column: str, answer: Row, when: str) -> SequencePosition:
    last, is_called, increment, least, most, cycles, furthest, count = answer
    step, next_value = int(increment or 0), int(last or 0)
    if is_called == "t":
        next_value += step
        if cycles == "t" and not int(least or 0) <= next_value <= int(most or 0):
            next_value = int((least if step > 0 else most) or 0)
    # A numeric column may hold fractions.
    largest = None if furthest is None else int(Decimal(furthest).to_integral_value(ROUND_CEILING))
    return SequencePosition(
        sequence=sequence,
        column=column,
        next_value=next_value,
        largest=largest,
        rows=int(count or 0),
        is_ahead=largest is None or (next_value > largest if step > 0 else next_value < largest),
        when=when,
    )


def sequence_states(connection: psycopg.Connection[Any]) -> dict[str, State]:
    """Return the state of every sequence by identity. A rollback does not bring it back."""
    with Reading(connection) as reading:
        sequences = reading.ask(*prepared("sequence_names"))[0]
        undrawn = [ask or "" for _, ask, drawn in sequences if drawn is None]
        answers = iter(reading.ask(*undrawn, last=True) if undrawn else [])
    return {
        name or "": (int((next(answers)[0][0] if drawn is None else drawn) or 0), drawn is not None)
        for name, _, drawn in sequences
    }


def restore_sequences(connection: psycopg.Connection[Any], states: Mapping[str, State]) -> None:
    """Bring sequences back to these states, where they moved; one that is gone is passed over."""
    now = sequence_states(connection)
    moved = {name: state for name, state in states.items() if now.get(name, state) != state}
    if not moved:
        return
    settings = [
        sql.SQL("SELECT setval({}::regclass, {}, {})").format(name, value, is_called).as_string(None)
        for name, (value, is_called) in moved.items()
    ]
    # The position outlives the end of the reading, which takes the lock on the sequence back.
    with Reading(connection) as reading:
        reading.ask(*(["SET TRANSACTION READ WRITE"] if reading.is_alone else []), *settings, last=True)

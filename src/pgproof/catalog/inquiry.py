"""Several readings of one moment, in as few round trips as the longest of them needs."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.pq.abc import PGresult

from pgproof.catalog.session import Question, session

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Round:
    """What an inquiry asks in one round trip."""

    questions: Sequence[Question]
    is_last: bool = False
    """No further round comes, whatever the answers are."""


Inquiry = Generator[Round, Sequence[PGresult], Found]
"""Yields rounds, is sent the answers of each, and returns what came of them."""


def inquire(connection: psycopg.Connection[Any], inquiry: Inquiry[Found]) -> Found:
    """Return what an inquiry finds."""
    told: Sequence[PGresult] | None = None
    with session(connection) as opened:
        while True:
            try:
                asked = next(inquiry) if told is None else inquiry.send(told)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            told = opened.ask(asked.questions, last=asked.is_last)


def together(*inquiries: Inquiry[Any]) -> Inquiry[list[Any]]:
    """Return what each inquiry finds; a round trip carries the questions of all that still have some."""
    found: dict[int, Any] = {}
    asking = dict(enumerate(inquiries))
    told: dict[int, Sequence[PGresult]] = {}
    while True:
        rounds: dict[int, Round] = {}
        for number, inquiry in asking.items():
            try:
                rounds[number] = inquiry.send(told[number]) if number in told else next(inquiry)
            except StopIteration as end:
                found[number] = end.value
        if not rounds:
            return [found[number] for number in sorted(found)]
        asking = {number: asking[number] for number in rounds}
        questions = [question for some in rounds.values() for question in some.questions]
        answers = iter((yield Round(questions, all(some.is_last for some in rounds.values()))))
        told = {number: [next(answers) for _ in some.questions] for number, some in rounds.items()}

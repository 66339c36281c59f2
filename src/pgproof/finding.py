"""What a check is, what it may find, and what may come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Kind = Literal[
    "migration", "history", "release", "released",
    "table", "constraint", "index", "foreign_key", "reference", "sequence", "kind",
]  # fmt: skip
"""What a check can be parametrised by."""


class Level(StrEnum):
    """What a broken claim does to the run."""

    GATE = "gate"
    ADVICE = "advice"
    OFF = "off"


class Outcome(StrEnum):
    """What came of one check on one subject; the value is the JUnit property ``outcome``."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    ADVICE = "advice"
    WAIVED = "waived"
    BASELINED = "baselined"
    NOT_APPLICABLE = "not applicable"
    NOT_EXERCISED = "not exercised"
    NOT_REACHED = "not reached"
    NOT_JUDGED = "not judged"
    ERROR = "error"
    """pgproof itself failed; never a statement about the migrations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The level of a check in each profile."""

    runbook: Level
    adopt: Level
    live: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The record of a check: reports, documentation and the command are written from it."""

    id: str
    claim: str
    """What holds when the check passes, as a sentence."""
    effect: str
    """Who is hurt, and how, when it does not."""
    remedy: str
    """What to do about it, in general; a finding may say it with names."""
    runbook: str
    """The runbook's item, in its own words; empty where the runbook has none."""
    levels: Levels
    also: tuple[str, ...] = ()
    """Ids of checks that rightly fail together with this one."""


class Finding(Exception):
    """A broken claim about one subject; a check raises it.

    ``what`` is one line with the qualified name; ``showed`` is what the server showed (numbers, SQLSTATE,
    constraint, statement with file and line); ``do`` is the remedy with names, a statement to paste where there is one.
    ``is_advice``: reported and never failing the run, whatever the level of its check. ``weighed_by``: the tables on
    whose size in production it depends how much the finding weighs.
    """

    def __init__(
        self,
        what: str,
        *,
        showed: Sequence[str] = (),
        do: str = "",
        is_advice: bool = False,
        weighed_by: Sequence[str] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.showed = tuple(showed)
        self.do = do
        self.is_advice = is_advice
        self.weighed_by = tuple(weighed_by)


class Unjudged(Exception):
    """A check that neither passes nor fails; ``reason`` is one line."""

    outcome: Outcome

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotApplicable(Unjudged):
    """The claim has no meaning for this subject."""

    outcome = Outcome.NOT_APPLICABLE


class NotExercised(Unjudged):
    """The claim should have been looked at, and could not be."""

    outcome = Outcome.NOT_EXERCISED


class NotReached(Unjudged):
    """The first cause is reported elsewhere, or an earlier migration does not apply at all."""

    outcome = Outcome.NOT_REACHED


class NotJudged(Unjudged):
    """It is older than the base."""

    outcome = Outcome.NOT_JUDGED


@dataclass(slots=True)
class Looked:
    """What a check has looked at; becomes the properties ``looked_at`` and ``note``."""

    count: int = 0
    notes: list[str] = field(default_factory=list)

    def at(self, count: int) -> None:
        """Add ``count`` rows, objects or statements."""
        self.count += count

    def note(self, text: str) -> None:
        """Add a thing worth knowing that is no fault, as one line."""
        self.notes.append(text)

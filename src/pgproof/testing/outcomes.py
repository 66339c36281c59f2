"""What came of a check, as a result of pytest: a finding is a result, not a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import pytest

from pgproof.finding import Finding, Level, Looked, NotApplicable, NotExercised, NotJudged, Outcome, Unjudged
from pgproof.masking import masked
from pgproof.profile import Profile
from pgproof.testing.accepting import baselined_text
from pgproof.testing.finding_text import finding_text, look
from pgproof.testing.items import Judged, about
from pgproof.testing.keys import RUN
from pgproof.testing.weighing import why_light

_UNJUDGED: Mapping[Outcome, type[Unjudged]] = {
    kind.outcome: kind for kind in (NotApplicable, NotExercised, NotJudged)
}
_FROM_AFTER = frozenset({"applied_again", "undone", "redone"})
"""Fixtures of what is tried when the migration has been applied."""


def judge(item: pytest.Item, raised: Exception, profile: Profile | None) -> None:
    """Turn what a check, or a fixture of it, has raised into pytest's outcome; returns where it stays what it is."""
    judged = Judged.of(item)
    if judged is None:
        return
    if isinstance(raised, Finding):
        _broken(item, judged, raised, profile)
    if isinstance(raised, Unjudged):
        _unjudged(item, judged, raised, profile)
    _put(item, Outcome.ERROR)


def refuse_nothing(item: pytest.Item) -> None:
    """Raise the reason of an item that stands where there is nothing to look at."""
    nothing = about(item).nothing
    if nothing is not None:
        reason, outcome = nothing
        raise _UNJUDGED[outcome](reason)


def demand_look(item: pytest.Item) -> None:
    """Put the outcome of a check that held on the item; one that has looked at nothing is a bug, never a pass."""
    judged = Judged.of(item)
    if judged is None:
        return
    looked = _looked(item)
    if looked is not None and looked.count > 0:
        _put(item, Outcome.PASS)
        return
    _put(item, Outcome.ERROR)
    raise pytest.fail.Exception(
        f"{judged.check.id} passed on {judged.subject} without having looked at anything: this is a bug of the check, "
        "and says nothing about the migrations.",
        pytrace=False,
    )


def _broken(item: pytest.Item, judged: Judged, finding: Finding, profile: Profile | None) -> NoReturn:
    if profile is None:
        raise pytest.fail.Exception(masked(finding.what), pytrace=False) from None
    expired = profile.expired(judged.check.id, judged.subject)
    also = [f"The waiver expired on {expired.until}: {expired.reason}"] if expired else []
    light = _why_light(item, finding)
    also += [light] if light else []
    shell = _shell(item, profile)
    text = finding_text(finding, judged.check, judged.subject, profile.settings, shell=shell, also=also)
    waiver = profile.waiver(judged.check.id, judged.subject)
    if waiver is not None:
        until = f", until {waiver.until}" if waiver.until else ""
        _put(item, Outcome.WAIVED)
        pytest.xfail(masked(f"waived: {waiver.reason}{until} ({finding.what})"))
    is_advice = finding.is_advice or bool(light) or profile.level(judged.check) is not Level.GATE
    accepted = profile.accepted(judged.check.id, judged.subject)
    if accepted is None and not is_advice:
        accepted = profile.accepts(judged.check.id, judged.subject)
    if accepted is not None:
        _put(item, Outcome.BASELINED)
        pytest.xfail(baselined_text(accepted, finding.what))
    if is_advice:
        _put(item, Outcome.ADVICE)
        pytest.xfail(f"advice: {text}")
    _put(item, Outcome.FAIL)
    raise pytest.fail.Exception(text, pytrace=False) from None


def _why_light(item: pytest.Item, finding: Finding) -> str:
    run = item.config.stash.get(RUN, None)
    return why_light(finding, run) if run is not None else ""


def _shell(item: pytest.Item, profile: Profile) -> str:
    """Return the command that opens the database which shows a finding; empty where none shows more than it says."""
    migration, given = about(item).migration, frozenset(getattr(item, "fixturenames", ()))
    if migration is not None:
        return look(profile.settings, migration, is_before=not given & _FROM_AFTER)
    run = item.config.stash.get(RUN, None)
    end = run.evidence.end if run is not None and "end" in given else None
    version = end.version if end is not None else str(dict(item.user_properties).get("migration", ""))
    return look(profile.settings, version, is_before=False) if version else ""


def _unjudged(item: pytest.Item, judged: Judged, unjudged: Unjudged, profile: Profile | None) -> NoReturn:
    text = masked(f"{unjudged.outcome.value}: {unjudged.reason}")
    is_demanded = (
        profile is not None and profile.settings.require_exercised and profile.level(judged.check) is Level.GATE
    )
    if is_demanded and unjudged.outcome is Outcome.NOT_EXERCISED:
        _put(item, Outcome.FAIL)
        raise pytest.fail.Exception(f"{text} (--require-exercised)", pytrace=False) from None
    _put(item, unjudged.outcome)
    pytest.skip(text)


def _put(item: pytest.Item, outcome: Outcome) -> None:
    """Add the properties that are known only after the check ran; its report is made after that."""
    item.user_properties.append(("outcome", outcome.value))
    looked = _looked(item)
    if looked is not None and looked.count:
        item.user_properties.append(("looked_at", looked.count))
    if looked is not None and looked.notes:
        item.user_properties.append(("note", masked("; ".join(looked.notes))))


def _looked(item: pytest.Item) -> Looked | None:
    """Return what an item was given to count with; None where it did not ask for it, or was not given it yet."""
    given: Mapping[str, object] = getattr(item, "funcargs", None) or {}
    looked = given.get("looked")
    return looked if isinstance(looked, Looked) else None

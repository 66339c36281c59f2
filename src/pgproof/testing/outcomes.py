"""What came of a check, as a result of pytest: a finding is a result, not a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from pgproof.finding import Finding, Level, Looked, NotApplicable, NotExercised, Outcome, Unjudged
from pgproof.masking import masked
from pgproof.profile import Profile
from pgproof.testing.each import NOTHING
from pgproof.testing.finding_text import finding_text
from pgproof.testing.items import Judged

LOOKED: pytest.StashKey[Looked] = pytest.StashKey()


@contextmanager
def judging(item: pytest.Item, profile: Profile | None) -> Iterator[None]:
    """Turn what the check raises into pytest's outcomes, and put the outcome on the item."""
    judged = Judged.of(item)
    if judged is None:
        yield
        return
    try:
        yield
    except Finding as finding:
        _broken(item, judged, finding, profile)
    except Unjudged as unjudged:
        _unjudged(item, judged, unjudged, profile)
    except Exception:
        _put(item, Outcome.ERROR)
        raise


def refuse_nothing(item: pytest.Item) -> None:
    """Raise the reason of an item that stands where there is nothing to look at."""
    mark = item.get_closest_marker(NOTHING)
    if mark is not None:
        reason, outcome = mark.args
        raise (NotApplicable if outcome is Outcome.NOT_APPLICABLE else NotExercised)(reason)


def demand_look(item: pytest.Item) -> None:
    """Put the outcome of a check that held on the item; one that has looked at nothing is a bug, never a pass."""
    judged = Judged.of(item)
    if judged is None:
        return
    looked = item.stash.get(LOOKED, None)
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
    text = finding_text(finding, judged.check, judged.subject, profile.settings, also=also)
    waiver = profile.waiver(judged.check.id, judged.subject)
    if waiver is not None:
        until = f", until {waiver.until}" if waiver.until else ""
        _put(item, Outcome.WAIVED)
        pytest.xfail(masked(f"waived: {waiver.reason}{until} ({finding.what})"))
    if finding.is_advice or profile.level(judged.check) is not Level.GATE:
        _put(item, Outcome.ADVICE)
        pytest.xfail(f"advice: {text}")
    _put(item, Outcome.FAIL)
    raise pytest.fail.Exception(text, pytrace=False) from None


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
    looked = item.stash.get(LOOKED, None)
    if looked is not None and looked.count:
        item.user_properties.append(("looked_at", looked.count))
    if looked is not None and looked.notes:
        item.user_properties.append(("note", masked("; ".join(looked.notes))))

"""Levels and waivers of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pgproof.errors import UsageFault
from pgproof.finding import Check, Level, Levels
from pgproof.profile import profile_of
from pgproof.settings import Settings, Waiver

TODAY = date(2026, 5, 1)
RECORD = Check(
    id="rows-survive", claim="c", effect="e", remedy="r", runbook="",
    levels=Levels(runbook=Level.GATE, adopt=Level.ADVICE, live=Level.OFF),
)  # fmt: skip


def profile(**given):
    return profile_of(Settings(migrations=Path("m"), **given), TODAY)


def waiver(until=None):
    return Waiver(check="rows-survive", subject="m1", reason="JIRA-1", until=until)


def test_the_level_is_the_profiles_and_the_settings_override_it():
    assert profile().level(RECORD) is Level.GATE
    assert profile(levels={"rows-survive": Level.OFF}).level(RECORD) is Level.OFF
    assert profile(levels={"values-survive": Level.OFF}).level(RECORD) is Level.GATE


def test_a_profile_has_its_own_levels():
    assert profile(profile="adopt").level(RECORD) is Level.ADVICE
    assert profile(profile="adopt", levels={"rows-survive": Level.GATE}).level(RECORD) is Level.GATE


def test_the_profile_of_a_live_database_is_refused():
    with pytest.raises(UsageFault, match="live"):
        profile(profile="live")


@pytest.mark.parametrize(("check", "subject"), [("rows-survive", "m10"), ("rows", "m1"), ("ROWS-SURVIVE", "m1")])
def test_a_waiver_is_exact(check, subject):
    made = profile(waivers=(waiver(),))

    assert made.waiver("rows-survive", "m1") == waiver()
    assert made.waiver(check, subject) is None


@pytest.mark.parametrize(("until", "holds"), [(date(2026, 4, 30), False), (TODAY, True), (date(2026, 5, 2), True)])
def test_a_waiver_holds_until_its_last_day(until, holds):
    made = profile(waivers=(waiver(until),))

    assert (made.waiver("rows-survive", "m1") is not None) is holds
    assert (made.expired("rows-survive", "m1") is None) is holds


def test_an_expired_waiver_does_not_hide_a_living_one():
    made = profile(waivers=(waiver(date(2020, 1, 1)), waiver(date(2030, 1, 1))))

    assert made.waiver("rows-survive", "m1") == waiver(date(2030, 1, 1))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"levels": {"rows-survives": Level.OFF}}, r"\[levels\]"),
        ({"checks": ("rows-survives",)}, "--check"),
        ({"waivers": (Waiver(check="rows-survives", subject="m1", reason="r"),)}, r"\[\[waiver\]\]"),
    ],
)
def test_an_unknown_check_is_a_fault_with_the_closest(given, place):
    with pytest.raises(UsageFault, match=f"{place}: there is no check 'rows-survives'. Did you mean 'rows-survive'"):
        profile(**given).demand_known({"rows-survive"})
    profile(**given).demand_known({"rows-survives"})

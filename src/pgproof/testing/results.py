"""The results of a run, counted in the controller from pytest's reports, and the exit code that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from pgproof.baseline import Key
from pgproof.finding import Outcome
from pgproof.profile import Profile

INTERNAL = pytest.ExitCode.INTERNAL_ERROR
_GONE = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})
"""What shows that there is no finding; what was not looked at shows nothing."""
_NAMELESS = "nothing has that name"
_PHASES = frozenset({"setup", "call", "teardown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one check on one subject."""

    check: str
    subject: str
    outcome: Outcome
    reason: str
    """Why it was not judged, or the first line of the finding."""
    migration: str = ""
    """The version that it is about, where there is one."""


class Results:
    """All results so far."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.all: list[Result] = []
        self.faults: list[str] = []
        """What went wrong in pgproof itself or in its workers."""
        self.other_failures = 0
        """Failed tests that are no checks."""
        self.is_interrupted = False
        self._reasons: dict[str, str] = {}
        self._failed: set[str] = set()

    def take(self, report: pytest.TestReport) -> None:
        """Take one phase of one item."""
        if report.when not in _PHASES:
            self.faults.append(f"{report.nodeid}: {_first_line(report.longreprtext)}")
            return
        if report.failed:
            self._failed.add(report.nodeid)
        if report.failed or report.skipped:
            self._reasons.setdefault(report.nodeid, _reason(report))
        if report.when == "teardown":
            self._settle(report)

    def _settle(self, report: pytest.TestReport) -> None:
        properties = dict(report.user_properties)
        has_failed = report.nodeid in self._failed
        if "check" not in properties:
            self.other_failures += has_failed
            return
        outcome = Outcome(str(properties.get("outcome", Outcome.ERROR if has_failed else Outcome.NOT_EXERCISED)))
        if report.failed:
            outcome = Outcome.ERROR
        result = Result(
            check=str(properties["check"]),
            subject=str(properties["subject"]),
            outcome=outcome,
            reason=self._reasons.get(report.nodeid, ""),
            migration=str(properties.get("migration", "")),
        )
        self.all.append(result)
        if outcome is Outcome.ERROR:
            self.faults.append(f"{result.check} on {result.subject}: {result.reason}")

    def take_collection(self, report: pytest.CollectReport) -> None:
        """Take a module that could not be imported."""
        if report.failed:
            self.faults.append(f"{report.nodeid} cannot be collected")

    def of(self, outcome: Outcome) -> list[Result]:
        """Return the results with one outcome."""
        return [result for result in self.all if result.outcome is outcome]

    def counts(self) -> Counter[Outcome]:
        """Return how often each outcome came."""
        return Counter(result.outcome for result in self.all)

    def exit_code(self, status: int) -> int:
        """Return the exit code that is the same for the command and for plain pytest, with and without xdist."""
        if status in {INTERNAL, pytest.ExitCode.USAGE_ERROR} or self.is_interrupted:
            return status
        if self.faults:
            return INTERNAL
        if status == pytest.ExitCode.NO_TESTS_COLLECTED:
            return pytest.ExitCode.USAGE_ERROR
        if status == pytest.ExitCode.INTERRUPTED and (self.of(Outcome.FAIL) or self.other_failures):
            return pytest.ExitCode.TESTS_FAILED
        return status


def unused_waivers(results: Results, names: frozenset[str], *, is_whole: bool = True) -> Sequence[str]:
    """Return one line for each waiver that waives nothing, as far as this run could tell."""
    lines = []
    waivers = results.profile.settings.waivers
    whys = without_findings(results, [(w.check, w.subject) for w in waivers], names, is_whole=is_whole)
    for waiver in waivers:
        why = whys.get((waiver.check, waiver.subject), "")
        if results.profile.is_expired(waiver) and why != _NAMELESS:
            why = f"expired on {waiver.until}"
        lines += [f"{waiver.check} on {waiver.subject}: {why}"] if why else []
    return lines


def without_findings(
    results: Results, keys: Iterable[Key], names: frozenset[str], *, is_whole: bool
) -> Mapping[Key, str]:
    """Return which checks on which subjects have no finding, and why; those that nobody looked at are left out.

    ``names`` are those of all subjects; ``is_whole``: the history reached its end, so that there are no others.
    """
    judged = {(result.check, result.subject): result.outcome for result in results.all}
    found: dict[Key, str] = {}
    for key in keys:
        outcome, subject = judged.get(key), key[1]
        is_there = subject in names or all(part in names for part in subject.split(" in "))
        if outcome in _GONE:
            found[key] = f"there is no finding ({outcome.value})"
        elif outcome is None and is_whole and not is_there:
            found[key] = _NAMELESS
    return found


def _reason(report: pytest.TestReport) -> str:
    """Return the first line of why a phase failed or was skipped."""
    if report.failed:
        return _first_line(report.longreprtext)
    if xfailed := getattr(report, "wasxfail", ""):
        return _first_line(str(xfailed)).removeprefix("reason: ")
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return _first_line(text).removeprefix("Skipped: ")


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")

"""The results of a run, counted in the controller from pytest's reports, and the exit code that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from pgproof.finding import Outcome
from pgproof.profile import Profile

INTERNAL = pytest.ExitCode.INTERNAL_ERROR
_PHASES = frozenset({"setup", "call", "teardown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one check on one subject."""

    check: str
    subject: str
    outcome: Outcome
    reason: str
    """Why it was not judged, or the first line of the finding."""


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


def unused_waivers(results: Results, names: frozenset[str]) -> Sequence[str]:
    """Return one line for each waiver that waives nothing, as far as this run could tell."""
    used = {(result.check, result.subject) for result in results.of(Outcome.WAIVED)}
    judged = {(result.check, result.subject): result.outcome for result in results.all}
    lines = []
    for waiver in results.profile.settings.waivers:
        key = (waiver.check, waiver.subject)
        name = f"{waiver.check} on {waiver.subject}"
        if waiver.subject not in names:
            lines.append(f"{name}: nothing has that name")
        elif results.profile.is_expired(waiver):
            lines.append(f"{name}: expired on {waiver.until}")
        elif key not in used and key in judged:
            lines.append(f"{name}: there is no finding ({judged[key].value})")
    return lines


def _reason(report: pytest.TestReport) -> str:
    """Return the first line of why a phase failed or was skipped."""
    if report.failed:
        return _first_line(report.longreprtext)
    if xfailed := getattr(report, "wasxfail", ""):
        return _first_line(str(xfailed))
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return _first_line(text).removeprefix("Skipped: ")


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")

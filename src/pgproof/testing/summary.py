"""The terminal summary: findings by check, what was not looked at, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

import pytest

from pgproof.finding import Outcome
from pgproof.masking import masked
from pgproof.testing.accepting import stale_entries
from pgproof.testing.controller import ControllerRun
from pgproof.testing.finding_text import reproduce, shortened
from pgproof.testing.results import Result, unused_waivers
from pgproof.testing.subjects import PLURALS, all_names

_NAMED = 3
"""Subjects that are named in a group."""
_STALE = 20
"""Entries of the baseline that are named."""
_REASONS = 12
"""Reasons that are shown of one outcome."""

_FINDINGS = (
    (Outcome.FAIL, "Broken claims", {"red": True, "bold": True}),
    (Outcome.ADVICE, "Advice (does not fail the run)", {"yellow": True}),
    (Outcome.WAIVED, "Waived", {"yellow": True}),
)
_UNJUDGED = (Outcome.NOT_EXERCISED, Outcome.NOT_REACHED)


def write_summary(reporter: pytest.TerminalReporter, run: ControllerRun) -> None:
    """Write the summary of a run whose items ran."""
    results = run.results
    if not results.all and not results.faults:
        _write_nothing_selected(reporter, run)
        return
    reporter.section("pgproof", sep="=")
    for outcome, title, markup in _FINDINGS:
        found = results.of(outcome)
        if found:
            reporter.write_line(title, **markup)
            _write(reporter, _groups(found, run))
    _write(reporter, _baselined(run))
    for outcome in _UNJUDGED:
        _write(reporter, _reasons(outcome, results.of(outcome)))
    _write(reporter, _not_judged(results.of(Outcome.NOT_JUDGED)))
    if run.unseen:
        reporter.write_line("Declared in the contract, and not seen")
        _write(reporter, (f"  {line}" for line in run.unseen))
    preview = run.evidence.preview
    unused = unused_waivers(results, all_names(preview, run.comparison), is_whole=not preview.on_empty)
    if unused:
        reporter.write_line("Waivers that waive nothing")
        _write(reporter, (f"  {line}" for line in unused))
    _write_stale(reporter, run)
    if results.faults:
        reporter.write_line("pgproof itself failed: nothing is said about the migrations (please report it)", red=True)
        _write(reporter, (f"  {fault}" for fault in results.faults[:_REASONS]))
    counts = results.counts()
    _write(reporter, [", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])])
    _write(reporter, _left_behind(run))
    _write(reporter, run.accepted)
    _write(reporter, run.kept)
    _write(reporter, _next_steps(run))


def forget_silent_phases(config: pytest.Config) -> None:
    """Take out of pytest's terminal report what says nothing: it reads through all of it again for each failure.

    Set-ups and teardowns that passed without a word; `--durations` is the only one to show them.
    """
    reporter: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and "" in reporter.stats and config.getoption("durations", default=None) is None:
        reporter.stats[""] = [report for report in reporter.stats[""] if getattr(report, "sections", None)]


def _groups(found: list[Result], run: ControllerRun) -> Iterator[str]:
    """Yield the lines of findings, grouped by check."""
    kinds = run.wanted.kinds if run.wanted else {}
    records = run.wanted.records if run.wanted else {}
    totals = Counter(result.check for result in run.results.all if result.outcome is not Outcome.NOT_JUDGED)
    for check, group in groupby(sorted(found, key=lambda result: result.check), key=lambda result: result.check):
        subjects = [result.subject for result in group]
        kind = kinds.get(check, "history")
        # The released migrations that are as they were are one result.
        of_all = "" if kind == "released" else f"of {totals[check]} "
        yield f"  {check}: {len(subjects)} {of_all}{PLURALS[kind]}"
        yield f"      {_some(subjects)}"
        if check in records:
            yield f"      {records[check].remedy}"
        yield f"      {reproduce(run.settings, check, subjects[0])}"


def _baselined(run: ControllerRun) -> Iterator[str]:
    """Yield how many findings of each check the baseline holds; what they are stands there."""
    found = Counter(result.check for result in run.results.of(Outcome.BASELINED))
    if found:
        yield f"Baselined (accepted, does not fail the run): {found.total()}"
        yield from (f"  {check}: {count}" for check, count in sorted(found.items()))


def _write_stale(reporter: pytest.TerminalReporter, run: ControllerRun) -> None:
    """Write which entries of the baseline have no finding any more; a run that rewrites it says so itself."""
    gone = stale_entries(run) if run.settings.accept is None else {}
    if gone:
        reporter.write_line("Baselined, and mended (`pgproof baseline` takes them out)")
        lines = [f"  {entry.check} on {entry.subject}: {why}" for entry, why in gone.items()]
        more = [f"  and {len(lines) - _STALE} more"] if len(lines) > _STALE else []
        _write(reporter, [*lines[:_STALE], *more])


def _reasons(outcome: Outcome, found: list[Result]) -> Iterator[str]:
    """Yield the reasons of what was not judged, grouped by check and reason."""
    if not found:
        return
    yield f"{outcome.value.capitalize()}: {len(found)}"
    groups = Counter((result.check, result.reason.removeprefix(f"{outcome.value}: ")) for result in found)
    for (check, reason), count in groups.most_common(_REASONS):
        yield f"  {check} ({count}): {reason}"
    if len(groups) > _REASONS:
        yield f"  and {len(groups) - _REASONS} more reasons: -rs shows all"


def _not_judged(found: list[Result]) -> Iterator[str]:
    """Yield what is as it was before the base, once for all checks that would have judged it."""
    if found:
        yield f"{Outcome.NOT_JUDGED.value.capitalize()}:"
    for reason in dict.fromkeys(result.reason.removeprefix(f"{Outcome.NOT_JUDGED.value}: ") for result in found):
        yield f"  {reason}"


def _left_behind(run: ControllerRun) -> Iterator[str]:
    """Yield what stays on a server of others."""
    if run.left_roles:
        yield (
            f"Roles that appeared on the server, and stay: {', '.join(run.left_roles)}. "
            "Drop them there before the next run, unless the migrations look first whether they exist."
        )


def _next_steps(run: ControllerRun) -> Iterator[str]:
    if run.junit is not None:
        yield f"JUnit report: {shortened(run.junit)}"
    if run.settings.evidence is not None:
        yield f"evidence: {shortened(run.settings.evidence)}"
    if run.results.of(Outcome.FAIL):
        yield (
            "Next: mend what is broken; declare a wanted data change in contract.toml; "
            "or add a [[waiver]] with its reason to pgproof.toml."
        )


def _write_nothing_selected(reporter: pytest.TerminalReporter, run: ControllerRun) -> None:
    if reporter.config.getoption("collectonly", default=False) or run.is_void:
        return
    settings = run.settings
    asked = [f"--check={check}" for check in settings.checks] + [f"--subject={name}" for name in settings.subjects]
    for option in ("keyword", "markexpr"):
        given = reporter.config.getoption(option, default="")
        asked += [f"-{option[0]} {given}"] if given else []
    off = [check for check in settings.checks if settings.levels.get(check) == "off"]
    reporter.write_line("pgproof: nothing was selected, so nothing was proved.", red=True)
    if off:
        reporter.write_line(f"{', '.join(off)} is off in {settings.source('levels')}.")
    reporter.write_line(masked(f"Asked for: {' '.join(asked)}.") if asked else "No check was collected.")
    if settings.subjects and (base := run.evidence.preview.base):
        reporter.write_line(f"What no migration newer than {base} is or touches is not judged: leave `since` out.")
    reporter.write_line("`pgproof checks` lists the checks; leave a selection out to run them all.")


def _some(subjects: list[str]) -> str:
    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    return ", ".join(subjects[:_NAMED]) + more


def _write(reporter: pytest.TerminalReporter, lines: Iterable[str]) -> None:
    for line in lines:
        reporter.write_line(masked(line))

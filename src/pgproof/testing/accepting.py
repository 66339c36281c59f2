"""``pgproof baseline``: at the end of a run, what was found is written down as accepted; stale entries are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pgproof.baseline import NAME, Accepted
from pgproof.errors import PgproofError
from pgproof.finding import Outcome
from pgproof.masking import masked
from pgproof.testing.finding_text import shortened
from pgproof.testing.results import without_findings
from pgproof.testing.subjects import all_names

if TYPE_CHECKING:
    from pgproof.testing.controller import ControllerRun

_NAMED = 20
"""Entries that are named."""


def baselined_text(entry: Accepted, what: str) -> str:
    """Return the reason of an xfail, on one line, without secrets; what the finding says comes last."""
    return f"{_opening(entry)}{masked(what)})"


def said_of(entry: Accepted, text: str) -> str:
    """Return what a finding said, from that reason."""
    return text.removeprefix(_opening(entry)).removesuffix(")")


def _opening(entry: Accepted) -> str:
    reason = masked(" ".join(entry.reason.split()))
    return f"{Outcome.BASELINED.value}: {reason}, {entry.date.isoformat()} ("


def stale_entries(run: ControllerRun) -> dict[Accepted, str]:
    """Return the entries whose finding is no more, as far as this run could tell, and why."""
    entries, preview = run.profile.baseline.entries, run.evidence.preview
    if not entries:
        return {}
    names, is_whole = all_names(preview, run.comparison), not preview.on_empty
    return {entries[key]: why for key, why in without_findings(run.results, entries, names, is_whole=is_whole).items()}


def accept(run: ControllerRun) -> int | None:
    """Write the baseline where the run is told to, and leave what was done; returns an exit code of its own, if any."""
    if run.settings.accept is None or not run.results.all:
        return None
    if run.results.faults:
        run.accepted = ("The baseline was not written: pgproof itself failed.",)
        return None
    try:
        run.accepted = tuple(_write(run, run.settings.baseline or place(run)))
    except PgproofError as fault:
        run.accepted = (f"The baseline was not written: {fault.message}", fault.remedy)
        return pytest.ExitCode.USAGE_ERROR
    return None


def place(run: ControllerRun) -> Path:
    """Return where the baseline will be: beside the settings file, else in the migrations directory."""
    return (run.settings.home or run.settings.migrations) / NAME


def _write(run: ControllerRun, file: Path) -> Iterator[str]:
    from pgproof.baseline.writing import write_baseline  # noqa: PLC0415 - loads the model of catalogs

    before, gone = run.profile.baseline.entries, stale_entries(run)
    entries = {entry.key: entry for entry in before.values() if entry not in gone}
    new: list[Accepted] = []
    for result in run.results.of(Outcome.BASELINED):
        entry = before.get((result.check, result.subject)) or run.profile.accepts(result.check, result.subject)
        if entry is None:
            raise RuntimeError(f"{result.check} on {result.subject} is baselined without an entry")
        entries[entry.key] = replace(entry, said=said_of(entry, result.reason))
        new += [] if entry.key in before else [entry]
    name = shortened(file)
    if not entries and not before:
        yield f"There is nothing to accept: {name} was not written."
        return
    write_baseline(file, entries.values())
    kept = len(entries) - len(new)
    yield f"Wrote {name}: {len(new)} accepted, {kept} kept, {len(gone)} taken out."
    yield from _some([f"  accepted: {entry.check} on {entry.subject}" for entry in new])
    yield from _some([f"  taken out: {entry.check} on {entry.subject}: {why}" for entry, why in gone.items()])


def _some(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _NAMED
    return [*lines[:_NAMED], *([f"  and {more} more"] if more > 0 else [])]

"""Hold a JUnit report of pgproof against the oracle's verdicts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path

from .classify import Fate, Verdict
from .files import Files

Outcomes = Mapping[tuple[str, str], str]

BROKEN = frozenset({"fail", "advice"})
HOLDS = frozenset({"pass"})
HOLDS_OR_IDLE = frozenset({"pass", "not applicable", "not exercised"})
"""Where no row was there to be looked at, a claim about rows holds without having been exercised."""
LATER = frozenset({"not reached", "not applicable", "not exercised"})
SCHEMA_DIFFERS = frozenset({Fate.SCHEMA, Fate.BOTH})
ROWS_DIFFER = frozenset({Fate.ROWS, Fate.BOTH})


def outcomes(junit: Path) -> Outcomes:
    """Return the outcome of each check on each subject."""
    found = {}
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314 - our own report
        said = {p.get("name"): p.get("value") for p in case.iter("property")}
        if "check" in said:
            found[str(said["check"]), str(said["subject"])] = str(said["outcome"])
    return found


def disagreements(history: list[Files], verdicts: list[Verdict], said: Outcomes) -> list[str]:
    """Return a line for each outcome that the verdict does not allow."""
    files = {f.version: f for f in history}
    found = []
    for verdict in verdicts:
        for check, allowed, shown in _claims(files[verdict.version], verdict):
            outcome = said.get((check, verdict.version), "no outcome")
            if outcome not in allowed:
                found.append(f"{verdict.version}: {check} is {outcome!r}; the oracle: {shown}")
    return found


def _claims(files: Files, verdict: Verdict) -> Iterator[tuple[str, frozenset[str], object]]:
    yield from _applying(verdict)
    if verdict.refusal is None or verdict.again.fate != Fate.NONE:
        yield from _doubling(verdict)
        yield from _undoing(files, verdict)


def _applying(verdict: Verdict) -> Iterator[tuple[str, frozenset[str], object]]:
    if verdict.refusal is None:
        yield "migration-applies", HOLDS, "it applies"
        yield "migration-applies-to-rows", HOLDS_OR_IDLE, "it applies"
    elif verdict.again.fate == Fate.NONE:
        yield "migration-applies", BROKEN, verdict.refusal
        yield "migration-applies-to-rows", LATER, verdict.refusal
    else:
        yield "migration-applies", HOLDS, "it applies to empty tables"
        yield "migration-applies-to-rows", BROKEN, verdict.refusal


def _doubling(verdict: Verdict) -> Iterator[tuple[str, frozenset[str], object]]:
    again = verdict.again
    if again.fate == Fate.REFUSED:
        yield "double-apply-succeeds", BROKEN, again
        yield "double-apply-keeps-schema", LATER, again
        yield "double-apply-keeps-data", LATER, again
        return
    yield "double-apply-succeeds", HOLDS, again
    yield "double-apply-keeps-schema", BROKEN if again.fate in SCHEMA_DIFFERS else HOLDS, again
    yield "double-apply-keeps-data", BROKEN if again.fate in ROWS_DIFFER else HOLDS_OR_IDLE, again


def _undoing(files: Files, verdict: Verdict) -> Iterator[tuple[str, frozenset[str], object]]:
    """Yield the claims of the rollback chain: the first cause is broken, and what follows from it is not judged."""
    if verdict.down.fate == Fate.NONE:
        return
    broken = _first_cause(files, verdict)
    chain = ["down-is-written", "down-runs", "rollback-restores-schema", "rollback-restores-data"]
    chain.append("redo-reaches-the-same")
    for check in chain:
        if check == broken:
            yield check, BROKEN, verdict.down if check != chain[-1] else verdict.redo
            return
        yield check, HOLDS_OR_IDLE, verdict.down if check != chain[-1] else verdict.redo


def _first_cause(files: Files, verdict: Verdict) -> str:
    fate = verdict.down.fate
    if fate == Fate.REFUSED:
        return "down-runs"
    if fate in SCHEMA_DIFFERS:
        return "down-is-written" if _is_empty(files) else "rollback-restores-schema"
    if fate in ROWS_DIFFER:
        return "rollback-restores-data"
    return "redo-reaches-the-same" if verdict.redo.fate != Fate.SAME else ""


def _is_empty(files: Files) -> bool:
    assert files.down is not None
    lines = files.down.read_text(encoding="utf-8").replace("/*", "--").splitlines()
    return all(not line.strip() or line.strip().startswith("--") for line in lines)

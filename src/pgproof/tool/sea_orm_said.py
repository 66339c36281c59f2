"""What SeaORM says: which migrations it knows, and why it stopped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pgproof.masking import masked
from pgproof.tool import Failure, Migration
from pgproof.tool.failures import STATEMENT_LIMIT, shown
from pgproof.tool.logged import Logged, errors
from pgproof.tool.outside import UNKNOWN, line_of
from pgproof.tool.program import Ended

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_STATUS = re.compile(r"^Migration '(?P<version>.+)'\.\.\. (?:Pending|Applied)\s*$", re.MULTILINE)
_BEGUN = re.compile(r"^(?:Applying|Rolling back) migration '(.+)'\s*$", re.MULTILINE)
_PANIC = re.compile(
    r"^thread '[^\n]*' (?:\(\d+\) )?panicked at (?:'(?P<old>.*?)', )?"
    r"(?P<file>[^\n:]+):(?P<line>\d+):\d+:?\n?(?P<said>.*)",
    re.MULTILINE | re.DOTALL,
)
_NOISE = re.compile(r"^(?:note: run with `RUST_BACKTRACE|stack backtrace:)")
_UPWARDS = re.compile(r"^(?:\.{1,2}/)+")
_UNFINISHED = ("not yet implemented", "not implemented")
_REFUSES = "We Don't Do That Here"
_MISSING = "is missing, this migration has been applied but its file is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic:
    """Where a program gave up, and what it said."""

    file: str
    line: int
    message: str


def plain(ended: Ended) -> Ended:
    """Return a program that has ended, without the colours of what it said."""
    return replace(ended, output=_COLOUR.sub("", ended.output))


def versions(output: str) -> tuple[str, ...]:
    """Return the versions that ``status`` lists, in the order of the crate's vec."""
    return tuple(dict.fromkeys(match["version"] for match in _STATUS.finditer(output)))


def begun(output: str) -> str:
    """Return the version that was begun last; empty where none was."""
    return next(reversed(_BEGUN.findall(output)), "")


def panic(output: str) -> Panic | None:
    """Return the panic that ended a program; None where it did not panic."""
    found = _PANIC.search(output)
    if found is None:
        return None
    lines = found["old"].splitlines() if found["old"] else found["said"].splitlines()
    end = next((number for number, line in enumerate(lines) if _NOISE.match(line)), len(lines))
    return Panic(file=found["file"], line=int(found["line"]), message="\n".join(lines[:end]).strip())


def failure(ended: Ended, log: str, database: str, migration: Migration | None, files: Sequence[Path]) -> Failure:
    """Return why it stopped: by a panic, by what the server refused, by what it says itself.

    ``files`` are the sources in which a panic may lie.
    """
    output, path = ended.output, migration.up if migration else None
    logged, gave_up, heard = errors(log, database), panic(output), output.replace('\\"', '"')
    place = _place(gave_up, files) if gave_up else None
    refused = next((one for one in reversed(logged) if one.message.partition("\n")[0] in heard), None)
    if refused is not None:
        told = _refused(refused, ended, path)
        return replace(told, file=shown(place[0]), line=place[1]) if place and not told.line else told
    if gave_up is not None:
        file, line = (shown(place[0]), place[1]) if place else (gave_up.file, gave_up.line)
        return Failure(sqlstate=UNKNOWN, message=_panicked(gave_up), detail=_ended(ended), file=file, line=line)
    said = _said(output)
    if _REFUSES in output:
        said = f"it has no down: SeaORM's own says {_REFUSES!r}"
    elif _MISSING in output:
        said = next(line for line in output.splitlines() if _MISSING in line)
    return Failure(
        sqlstate=UNKNOWN, message=masked(said) or _ended(ended), detail=_ended(ended), file=shown(path) if path else ""
    )


def _refused(one: Logged, ended: Ended, path: Path | None) -> Failure:
    statement = one.parts.get("STATEMENT", "").strip()
    return Failure(
        sqlstate=one.sqlstate,
        message=masked(one.message),
        detail=masked(one.parts.get("DETAIL", "")) or _ended(ended),
        hint=one.parts.get("HINT", ""),
        context=masked(one.parts.get("CONTEXT", "")),
        file=shown(path) if path else "",
        line=line_of(statement, path) if path else 0,
        statement=masked(statement)[:STATEMENT_LIMIT],
    )


def _panicked(gave_up: Panic) -> str:
    for words in _UNFINISHED:
        if gave_up.message.startswith(words):
            return f"it is unfinished: {masked(gave_up.message)}"
    return f"it panics: {masked(gave_up.message)}"


def _place(gave_up: Panic, files: Sequence[Path]) -> tuple[Path, int] | None:
    """Return the file of the crate in which it gave up; None where it is none of them: a dependency."""
    below = _UPWARDS.sub("", gave_up.file)
    found = next((path for path in files if f"/{path.as_posix()}".endswith(f"/{below}")), None)
    return None if found is None else (found, gave_up.line)


def _said(output: str) -> str:
    """Return the last line of an error: SeaORM writes it behind all that it logs."""
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _ended(ended: Ended) -> str:
    return f"{ended.name} ended with {ended.code}"

"""A finding as text: what, what the server showed, who is hurt, what to do, and how to see it again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from pgproof.finding import Check, Finding
from pgproof.masking import masked, masked_address
from pgproof.settings import Settings
from pgproof.settings.model import OPTION
from pgproof.settings.options import OPTIONS

_NOT_REPEATED = frozenset({"migrations", "evidence", "keep", "keep_rows", "checks", "subjects", "accept"})
_OF_THIS_PLACE = frozenset({"server", "image", "pg_bin", "scratch"})
"""Settings whose variables say what a machine has: another one has its own."""
_OF_JUDGING = frozenset({
    "profile", "levels", "require_exercised", "contract", "release", "baseline", "sizes", "lock_rows",
})  # fmt: skip
"""Settings that say nothing about databases."""


def finding_text(
    finding: Finding, check: Check, subject: str, settings: Settings, *, shell: str = "", also: Iterable[str] = ()
) -> str:
    """Return the whole text of a finding, in titled blocks, without secrets; ``shell`` opens a database that helps."""
    blocks = [
        ("What the server showed", list(finding.showed)),
        ("Who is hurt", [check.effect]),
        ("What to do", (finding.do or check.remedy).splitlines()),
        ("Reproduce it", [reproduce(settings, check.id, subject)]),
        ("Look at the database", [shell] if shell else []),
        ("Note", list(also)),
    ]
    parts = [finding.what, f"[{check.id}] broken claim: {check.claim}"]
    for title, lines in blocks:
        shown = [f"    {line}" for text in lines for line in (text.splitlines() or [""])]
        if shown:
            parts.append("\n".join([title, *shown]))
    return masked("\n\n".join(parts))


def reproduce(settings: Settings, check: str, subject: str) -> str:
    """Return the command that runs one check on one subject, here and with the same settings."""
    words = ["pgproof", "verify", _directory(settings), *_options(settings, _NOT_REPEATED)]
    words += [f"--check={check}", f"--subject={subject}"]
    return masked(shlex.join(words))


def look(settings: Settings, version: str, *, is_before: bool) -> str:
    """Return the command that opens psql on the database that a migration met, or made."""
    words = ["pgproof", "shell", _directory(settings), version, *(["--before"] if is_before else [])]
    return masked(shlex.join([*words, *_options(settings, _NOT_REPEATED | _OF_JUDGING)]))


def _options(settings: Settings, left_out: frozenset[str]) -> Iterator[str]:
    """Yield what was not the default, as options; what the settings file says is found there again."""
    for option in OPTIONS:
        source = settings.source(option.field)
        is_of_place = source == option.environment and option.field in _OF_THIS_PLACE
        if source not in {OPTION, option.environment} or is_of_place or option.field in left_out:
            continue
        value = getattr(settings, option.field)
        if option.form != "flag":
            yield f"--{option.name}={_typed(value)}"
        elif value:
            yield f"--{option.name}"


def _directory(settings: Settings) -> str:
    path = shortened(settings.migrations)
    return f"./{path}" if path.startswith("-") else path


def shortened(path: Path) -> str:
    """Return a path as a user would type it: relative where it lies below the working directory."""
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def _typed(value: object) -> str:
    return shortened(value) if isinstance(value, Path) else masked_address(str(value))

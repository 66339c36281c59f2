"""A finding as text: what, what the server showed, who is hurt, what to do, and how to see it again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from pgproof.finding import Check, Finding
from pgproof.masking import masked, masked_address
from pgproof.settings import Settings
from pgproof.settings.model import OPTION
from pgproof.settings.options import OPTIONS

_NOT_REPEATED = frozenset({"migrations", "evidence", "keep_rows", "checks", "subjects"})


def finding_text(finding: Finding, check: Check, subject: str, settings: Settings, *, also: Iterable[str] = ()) -> str:
    """Return the whole text of a finding, in titled blocks, without secrets."""
    blocks = [
        ("What the server showed", list(finding.showed)),
        ("Who is hurt", [check.effect]),
        ("What to do", (finding.do or check.remedy).splitlines()),
        ("Reproduce it", [reproduce(settings, check.id, subject)]),
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
    words = ["pgproof", "verify", shortened(settings.migrations)]
    for option in OPTIONS:
        if settings.source(option.field) != OPTION or option.field in _NOT_REPEATED:
            continue
        value = getattr(settings, option.field)
        words.append(f"--{option.name}" if option.form == "flag" else f"--{option.name}={_typed(value)}")
    words += [f"--check={check}", f"--subject={subject}"]
    return masked(shlex.join(words))


def shortened(path: Path) -> str:
    """Return a path as a user would type it: relative where it lies below the working directory."""
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def _typed(value: object) -> str:
    return shortened(value) if isinstance(value, Path) else masked_address(str(value))

"""Groups: several files that are one migration to the team, where its tool cuts a migration into pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pgproof.errors import UsageFault
from pgproof.tool import History, Migration


def grouped(history: History, rule: str) -> History:
    """Return the history with neighbours as one migration where the rule takes the same text out of their labels.

    The rule is a regular expression, sought from the start of a label; its first group, or else all that it matches,
    is the version of the whole. Raises UsageFault where it is none, or where a group comes twice.
    """
    try:
        pattern = re.compile(rule)
    except re.error as exc:
        raise UsageFault(f"groups: {rule!r} is no regular expression: {exc}.", r"An example: ^\d+\.\d+\.\d+") from exc
    found: list[Migration] = []
    for name, members in groupby(history.migrations, key=lambda m: _name(pattern, m)):
        parts = tuple(members)
        found += [_together(name, parts)] if name and len(parts) > 1 else parts
    versions = [m.version for m in found]
    twice = next((v for v in versions if versions.count(v) > 1), None)
    if twice is not None:
        raise UsageFault(
            f"groups: {rule!r} makes more than one migration of the version {twice!r}.",
            "Let it match all files of a group, which have to follow one another.",
        )
    return replace(history, migrations=tuple(found))


def _name(pattern: re.Pattern[str], migration: Migration) -> str:
    match = pattern.match(migration.label or migration.version)
    if match is None:
        return ""
    return (match[1] if pattern.groups else match[0]) or ""


def _together(name: str, parts: Sequence[Migration]) -> Migration:
    downs = [part.down_mode for part in parts if part.down is not None]
    return Migration(
        version=name,
        up=parts[0].up,
        down=parts[0].down if len(downs) == len(parts) else None,
        mode=_mode([part.mode for part in parts]),
        down_mode=_mode(downs) if len(downs) == len(parts) else None,
        label=name,
        parts=tuple(parts),
    )


def _mode(modes: Sequence[str | None]) -> str:
    return " and ".join(sorted({mode for mode in modes if mode}))

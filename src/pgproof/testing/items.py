"""What an item of a check is about, read from its marks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pgproof.finding import Check, Kind
from pgproof.registry import MARK
from pgproof.testing.each import NOTHING, SUBJECT
from pgproof.testing.subjects import HISTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A check on a subject."""

    check: Check
    kind: Kind
    subject: str

    @staticmethod
    def of(item: pytest.Item) -> Judged | None:
        """Return what an item judges, or None where it is no check of pgproof."""
        mark = item.get_closest_marker(MARK)
        if mark is None:
            return None
        about = [about.args for about in item.iter_markers(SUBJECT)]
        if not about:
            return Judged(check=mark.args[0], kind="history", subject=HISTORY)
        # Stacked marks come innermost first; the finest kind says where the finding is.
        return Judged(check=mark.args[0], kind=about[0][0], subject=" in ".join(name for _, name in about))


def migration_asked(item: pytest.Item) -> str | None:
    """Return the version of the migration that an item is parametrised by."""
    return next((mark.args[1] for mark in item.iter_markers(SUBJECT) if mark.args[0] == "migration"), None)


def is_about_nothing(item: pytest.Item) -> bool:
    """Return whether the item stands where there is nothing to look at."""
    return item.get_closest_marker(NOTHING) is not None


def put_properties(item: pytest.Item, migration: str) -> None:
    """Put what is known before the check runs on the item, so that skips carry it as well."""
    judged = Judged.of(item)
    if judged is None:
        return
    check = judged.check
    known = {"check": check.id, "subject": judged.subject, "migration": migration, "runbook": check.runbook}
    item.user_properties += [(name, value) for name, value in known.items() if value]

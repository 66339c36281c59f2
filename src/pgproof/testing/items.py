"""What an item of a check is about, read once from its marks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pytest

from pgproof.finding import Check, Kind, Outcome
from pgproof.registry import MARK
from pgproof.testing.each import EACH, NEEDS, NOTHING, SUBJECT
from pgproof.testing.subjects import HISTORY


class Judged(NamedTuple):
    """A check on a subject."""

    check: Check
    kind: Kind
    subject: str

    @staticmethod
    def of(item: pytest.Item) -> Judged | None:
        """Return what an item judges, or None where it is no check of pgproof."""
        return about(item).judged


class About(NamedTuple):
    """Everything that pgproof's marks say of one item, a check or not."""

    judged: Judged | None
    migration: str | None
    """The version of the migration that the item is parametrised by."""
    is_plain: bool
    """Whether no other marks are on it: to skip it, to expect that it fails, …"""
    nothing: tuple[str, Outcome] | None
    """Why there is nothing to look at, where the item stands for that."""


_OURS = frozenset({MARK, EACH, NEEDS, SUBJECT, NOTHING})
_ABOUT: pytest.StashKey[About] = pytest.StashKey()


def about(item: pytest.Item) -> About:
    """Return what the marks of an item say; they are read when it is first asked for."""
    known = item.stash.get(_ABOUT, None)
    if known is None:
        known = item.stash[_ABOUT] = _read(item)
    return known


def _read(item: pytest.Item) -> About:
    check: Check | None = None
    nothing: tuple[str, Outcome] | None = None
    subjects: list[tuple[Kind, str]] = []
    is_plain = True
    for mark in item.iter_markers():  # the closest first
        is_plain = is_plain and mark.name in _OURS
        if mark.name == SUBJECT:
            subjects.append(mark.args)
        elif mark.name == MARK and check is None:
            check = mark.args[0]
        elif mark.name == NOTHING and nothing is None:
            nothing = mark.args
    return About(
        judged=_judged(check, subjects) if check else None,
        migration=next((name for kind, name in subjects if kind == "migration"), None),
        is_plain=is_plain,
        nothing=nothing,
    )


def _judged(check: Check, subjects: list[tuple[Kind, str]]) -> Judged:
    if not subjects:
        return Judged(check=check, kind="history", subject=HISTORY)
    # Stacked marks come innermost first; the finest kind says where the finding is.
    return Judged(check=check, kind=subjects[0][0], subject=" in ".join(name for _, name in subjects))


def put_properties(item: pytest.Item, migration: str) -> None:
    """Put what is known before the check runs on the item, so that skips carry it as well."""
    judged = Judged.of(item)
    if judged is None:
        return
    check = judged.check
    known = {"check": check.id, "subject": judged.subject, "migration": migration, "runbook": check.runbook}
    item.user_properties += [(name, value) for name, value in known.items() if value]


def share_locations(items: Iterable[pytest.Item]) -> None:
    """Tell the items of one check where it is defined: pytest would ask the file system again for each of them."""
    seen: dict[tuple[object, str], tuple[str, int | None, str]] = {}
    for item in items:
        if not isinstance(item, pytest.Function) or Judged.of(item) is None:
            continue
        function = (item.parent, item.originalname)
        if function in seen:
            path, line, scope = seen[function]
            item.location = (path, line, scope + item.name)
        else:
            path, line, name = item.location
            seen[function] = (path, line, name.removesuffix(item.name))

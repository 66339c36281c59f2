"""From marks to items: one for each subject, and an explicit one where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgproof.finding import Kind, Outcome
from pgproof.testing.each import EACH, KINDS, NEEDS
from pgproof.testing.subjects import HISTORY, PLURALS, subjects

if TYPE_CHECKING:
    from pgproof.walk.evidence import Preview

_DOWNS = frozenset({"undone", "redone", "rolled_back"})
"""Fixtures that have no meaning for a tool without downs."""


def parametrise(metafunc: pytest.Metafunc, preview: Preview | None) -> None:
    """Give a check its subjects; without a preview, one item that says so."""
    for mark in metafunc.definition.iter_markers(EACH):
        (kind,) = mark.args
        if kind not in KINDS:
            raise pytest.UsageError(f'@each("{kind}"): pgproof knows {", ".join(KINDS)}.')
        metafunc.parametrize(kind, _params(kind, metafunc, preview))


def _params(kind: Kind, metafunc: pytest.Metafunc, preview: Preview | None) -> list[object]:
    if preview is None:
        return [_nothing("unprovisioned", "pgproof was given no migrations: add --pgproof-migrations=DIR",
                         Outcome.NOT_EXERCISED)]
    if _needs_downs(metafunc) and not preview.history.has_downs:
        return [_nothing("no-downs", f"the tool ({preview.tool}) has no downs", Outcome.NOT_APPLICABLE)]
    params: list[object] = [
        pytest.param(value, id=name, marks=pytest.mark.pgproof_subject(kind, name))
        for name, value in subjects(kind, preview)
    ]
    return params or [_nothing(f"no-{kind}", f"the history has no {PLURALS[kind]}", Outcome.NOT_APPLICABLE)]


def _needs_downs(metafunc: pytest.Metafunc) -> bool:
    if not _DOWNS.isdisjoint(metafunc.fixturenames):
        return True
    return any("downs" in mark.args for mark in metafunc.definition.iter_markers(NEEDS))


def _nothing(name: str, reason: str, outcome: Outcome) -> object:
    marks = [pytest.mark.pgproof_nothing(reason, outcome), pytest.mark.pgproof_subject(HISTORY, HISTORY)]
    return pytest.param(None, id=name, marks=marks)

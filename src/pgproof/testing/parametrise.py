"""From marks to items: one for each subject, and an explicit one where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgproof.finding import Kind, Outcome
from pgproof.testing.each import EACH, KINDS, NEEDS
from pgproof.testing.subjects import (
    HISTORY,
    PLURALS,
    absent,
    agreed_subjects,
    has_rows_judged,
    is_judged,
    judged_subjects,
    older,
    subjects,
)

if TYPE_CHECKING:
    from pgproof.testing.run import Run
    from pgproof.walk.evidence import Preview

_DOWNS = frozenset({"undone", "redone", "release_undone", "rolled_back"})
"""Fixtures that have no meaning for a tool without downs."""
_PARAMS: pytest.StashKey[dict[Kind, list[object]]] = pytest.StashKey()
"""The parameters of each kind, which all its checks share."""

_ABSENT = {
    "contract": "has no schema part: `pgproof contract` writes it",
    "row bounds": "bounds the rows of no table: rows = 3 in the block of a table does",
}
"""What a contract may lack."""


def parametrise(metafunc: pytest.Metafunc, run: Run | None) -> None:
    """Give a check its subjects; without a run, one item that says so."""
    for mark in metafunc.definition.iter_markers(EACH):
        (kind,) = mark.args
        if kind not in KINDS:
            raise pytest.UsageError(f'@each("{kind}"): pgproof knows {", ".join(KINDS)}.')
        metafunc.parametrize(kind, _params(kind, metafunc, run))


def _params(kind: Kind, metafunc: pytest.Metafunc, run: Run | None) -> list[object]:
    if run is None:
        return [_nothing("unprovisioned", "pgproof was given no migrations: add --pgproof-migrations=DIR",
                         Outcome.NOT_EXERCISED)]
    preview, needed = run.evidence.preview, _needed(metafunc)
    if not needed.isdisjoint(_ABSENT):
        return _agreed(kind, needed, run)
    if ("downs" in needed or not _DOWNS.isdisjoint(metafunc.fixturenames)) and not preview.history.has_downs:
        return [_nothing("no-downs", f"the tool ({preview.tool}) has no downs", Outcome.NOT_APPLICABLE)]
    made = metafunc.config.stash.setdefault(_PARAMS, {})
    if kind not in made:
        judged = judged_subjects(kind, preview)
        unjudged = len(subjects(kind, preview)) - len(judged)
        made[kind] = [_param(kind, name, value) for name, value in judged] + _older(kind, unjudged, preview)
    return made[kind] or [_nothing(f"no-{kind}", absent(kind, preview), Outcome.NOT_APPLICABLE)]


def _agreed(kind: Kind, needed: frozenset[str], run: Run) -> list[object]:
    """Return what the contract names; one item where it says nothing of the sort, not one an object."""
    contract, comparison = run.contract, run.comparison
    if "row bounds" in needed and contract.rows:
        counted = [b for b in comparison.rows() if has_rows_judged(b.table, run.evidence.preview)]
        params = [_param(kind, bounds.table, bounds) for bounds in counted]
        return params + _older(kind, len(comparison.rows()) - len(counted), run.evidence.preview)
    if "contract" in needed and contract.schema:
        agreed = agreed_subjects(kind, comparison)
        judged = [one for one in agreed if one.differences or is_judged(kind, one.identity, run.evidence.preview)]
        params = [_param(kind, one.identity, one) for one in judged]
        params += _older(kind, len(agreed) - len(judged), run.evidence.preview)
        return params or [_nothing(f"no-{kind}", f"the contract names no {PLURALS[kind]}", Outcome.NOT_APPLICABLE)]
    if contract.file is None:
        return [_nothing("no-contract", "there is no contract: `pgproof contract` writes one", Outcome.NOT_APPLICABLE)]
    reason = f"{contract.file.name} {next(text for need, text in _ABSENT.items() if need in needed)}"
    return [_nothing("no-contract", reason, Outcome.NOT_APPLICABLE)]


def _older(kind: Kind, count: int, preview: Preview) -> list[object]:
    """Return one item for all that is as it was before the base."""
    return [_nothing("older", older(kind, count, preview), Outcome.NOT_JUDGED)] if count else []


def _param(kind: Kind, name: str, value: object) -> object:
    return pytest.param(value, id=name, marks=pytest.mark.pgproof_subject(kind, name))


def _needed(metafunc: pytest.Metafunc) -> frozenset[str]:
    return frozenset(what for mark in metafunc.definition.iter_markers(NEEDS) for what in mark.args)


def _nothing(name: str, reason: str, outcome: Outcome) -> object:
    marks = [pytest.mark.pgproof_nothing(reason, outcome), pytest.mark.pgproof_subject(HISTORY, HISTORY)]
    return pytest.param(None, id=name, marks=marks)

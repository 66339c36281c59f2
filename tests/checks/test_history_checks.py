from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import made
import pytest

from checks import test_history
from pgproof import Finding, HistoryTable, Looked, NotApplicable, NotExercised, NotReached, Recorded, Step

FIRST, SECOND = "m0001_create", made.VERSION
HISTORY = made.history(made.migration(version=FIRST), made.migration(version=SECOND))


def rows(*versions: str) -> tuple[Recorded, ...]:
    return tuple(Recorded(version=version, applied_at=None) for version in versions)


def recorded(after: tuple[str, ...], before: tuple[str, ...] = (FIRST,), table: HistoryTable | None = None) -> Looked:
    looked = Looked()
    preview = made.preview()
    if table:
        preview = replace(preview, history_table=table)
    step = made.step(recorded=rows(*after), recorded_before=rows(*before))
    test_history.test_history_is_recorded(step, HISTORY, preview, looked)
    return looked


def test_a_history_table_in_order_passes() -> None:
    assert recorded((FIRST, SECOND)).count == 2


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        ((FIRST,), f"{SECOND} is not recorded"),
        ((FIRST, SECOND, SECOND), f"{SECOND} is recorded 2 times"),
        ((FIRST, SECOND, "m9999_other"), "m9999_other is recorded"),
        ((SECOND, FIRST), "recorded in the order"),
    ],
)
def test_a_history_table_that_says_something_else_is_a_finding(after: tuple[str, ...], fault: str) -> None:
    with pytest.raises(Finding) as found:
        recorded(after)
    assert any(fault in line for line in found.value.showed)


def test_a_fault_is_reported_where_it_was_made() -> None:
    with pytest.raises(NotReached):
        recorded((SECOND,), before=("m9999_other",))


def test_a_tool_may_keep_only_the_last_version() -> None:
    table = replace(made.preview().history_table, keeps_only_last=True)
    assert recorded((SECOND,), table=table).count == 1
    with pytest.raises(Finding):
        recorded((FIRST,), table=table)


@pytest.mark.parametrize("given", [{"faults": ("version 2 twice",)}, {"orphan_downs": (Path("m0009.down.sql"),)}])
def test_a_doubtful_order_is_a_finding(given: dict[str, Any]) -> None:
    with pytest.raises(Finding):
        test_history.test_versions_are_ordered(replace(HISTORY, **given), made.preview(), Looked())


def test_ignored_files_are_named() -> None:
    looked = Looked()
    test_history.test_versions_are_ordered(replace(HISTORY, ignored=(Path("atlas.sum"),)), made.preview(), looked)
    assert looked.count == 2
    assert looked.notes == ["no migrations: atlas.sum"]


def applies(met: Step, **given: Any) -> Looked:
    looked = Looked()
    test_history.test_migration_applies(met, made.preview(**given), looked)
    return looked


def test_a_migration_that_fails_in_the_preview_or_in_the_walk_does_not_apply() -> None:
    for met, given in ((made.step(), {"on_empty": {SECOND: made.REFUSED}}), (made.step(on_empty=made.REFUSED), {})):
        with pytest.raises(Finding) as found:
            applies(met, **given)
        assert "at m0002_change.up.sql:3" in found.value.showed


def test_a_refusal_of_all_at_once_is_noted_at_its_migration() -> None:
    assert "in one go" in applies(made.step(), all_at_once=made.REFUSED).notes[0]
    assert not applies(made.step(file="m0001_create.up.sql"), all_at_once=made.REFUSED).notes


def on_rows(**given: Any) -> Looked:
    looked = Looked()
    test_history.test_migration_applies_to_rows(made.step(**given), looked)
    return looked


def test_a_failure_on_rows_names_the_rows_and_the_remedy() -> None:
    failure = replace(made.REFUSED, sqlstate="23502", table=made.USERS, detail="Failing row contains (1, null).")
    with pytest.raises(Finding) as found:
        on_rows(on_rows=failure, emptied=(made.USERS,))
    assert "DETAIL: Failing row contains (1, null)." in found.value.showed
    assert "public.users held 20 rows" in found.value.showed
    assert "DEFAULT" in found.value.do


def test_without_rows_nothing_is_shown_about_rows() -> None:
    with pytest.raises(NotApplicable):
        on_rows(rows_before={})
    with pytest.raises(NotExercised):
        on_rows(rows_before={made.USERS: 0}, unfilled={made.USERS: "its CHECK"})
    assert on_rows(unfilled={"public.other": "its CHECK"}).count == 20

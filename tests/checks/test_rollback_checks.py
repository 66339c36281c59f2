from __future__ import annotations

from collections.abc import Callable

import made
import pytest

from checks import test_rollback as rollback
from pgproof import Attempt, Contract, Difference, Finding, Looked, NotApplicable, NotExercised, NotReached, Step

NOTHING = Contract()
CHANGED = Difference(schema=(made.ADDED,))
LEFT = made.moved(gained=1, gained_keys=("id=1",))

OneDown = Callable[[Step, Attempt | None, Contract, Looked], None]
ONE_DOWN: tuple[OneDown, ...] = (
    rollback.test_down_runs,
    rollback.test_rollback_restores_schema,
    rollback.test_rollback_restores_data,
    rollback.test_redo_reaches_the_same,
)


def written(step: Step, *, down: bool = True, contract: Contract = NOTHING) -> Looked:
    looked = Looked()
    rollback.test_down_is_written(step, made.migration(down=down), contract, looked)
    return looked


def judged(check: OneDown, step: Step, contract: Contract = NOTHING) -> Looked:
    looked = Looked()
    tried = step.redo if check is rollback.test_redo_reaches_the_same else step.down
    check(step, tried, contract, looked)
    return looked


@pytest.mark.parametrize("check", ONE_DOWN)
def test_a_down_that_restores_everything_passes_and_has_looked(check: OneDown) -> None:
    step = made.step(change=CHANGED, down=made.attempt(), redo=made.attempt())
    assert judged(check, step).count > 0


@pytest.mark.parametrize("check", ONE_DOWN)
def test_a_missing_down_is_reported_once(check: OneDown) -> None:
    step = made.step(change=CHANGED)
    with pytest.raises(Finding):
        written(step, down=False)
    with pytest.raises(NotReached, match="down-is-written"):
        judged(check, step)


@pytest.mark.parametrize("check", ONE_DOWN)
def test_an_empty_down_is_a_missing_one(check: OneDown) -> None:
    step = made.step(change=CHANGED, down=made.attempt(CHANGED), redo=made.failed(), down_is_empty=True)
    with pytest.raises(Finding):
        written(step)
    with pytest.raises(NotReached, match="down-is-written"):
        judged(check, step)


@pytest.mark.parametrize("check", ONE_DOWN)
def test_what_the_contract_calls_irreversible_is_not_judged(check: OneDown) -> None:
    step = made.step(change=CHANGED)
    agreed = made.contract(irreversible=True)
    with pytest.raises(NotApplicable, match="agreed"):
        written(step, down=False, contract=agreed)
    with pytest.raises(NotApplicable, match="agreed"):
        judged(check, step, agreed)


def test_a_migration_that_changed_no_schema_needs_no_down() -> None:
    with pytest.raises(NotApplicable, match="no schema"):
        written(made.step(), down=False)
    with pytest.raises(NotApplicable, match="no schema"):
        judged(rollback.test_down_runs, made.step())


def test_an_enum_label_needs_no_down_and_its_trace_is_advice() -> None:
    step = made.step(change=Difference(schema=(made.labels("sad", "sad, glad"),)))
    with pytest.raises(NotApplicable, match="enum label"):
        written(step, down=False)
    with pytest.raises(Finding) as found:
        judged(rollback.test_rollback_restores_schema, step)
    assert found.value.is_advice


def test_a_renamed_enum_label_can_be_undone() -> None:
    step = made.step(change=Difference(schema=(made.labels("sad", "glad"),)))
    with pytest.raises(Finding):
        written(step, down=False)


@pytest.mark.parametrize("check", ONE_DOWN[1:])
def test_a_down_that_fails_is_reported_once(check: OneDown) -> None:
    step = made.step(change=CHANGED, down=made.failed())
    with pytest.raises(Finding) as found:
        judged(rollback.test_down_runs, step)
    assert any("42P07" in line for line in found.value.showed)
    with pytest.raises(NotReached, match="down-runs"):
        judged(check, step)


@pytest.mark.parametrize("check", ONE_DOWN[2:])
def test_a_schema_that_does_not_come_back_is_reported_once(check: OneDown) -> None:
    step = made.step(change=CHANGED, down=made.attempt(CHANGED), redo=made.failed())
    with pytest.raises(Finding, match="earlier schema"):
        judged(rollback.test_rollback_restores_schema, step)
    with pytest.raises(NotReached, match="rollback-restores-schema"):
        judged(check, step)


def test_extensions_and_column_order_are_no_difference() -> None:
    order = made.Change(kind="column", identity="public.users.a", what="changed", is_weak=True)
    extension = made.Change(kind="extension", identity="pgcrypto", what="added")
    left = Difference(schema=(order, extension))
    step = made.step(change=CHANGED, down=made.attempt(left))
    assert judged(rollback.test_rollback_restores_schema, step).count > 0


def test_an_extension_that_the_down_takes_away_is_a_difference() -> None:
    gone = Difference(schema=(made.Change(kind="extension", identity="pgcrypto", what="removed"),))
    step = made.step(change=CHANGED, down=made.attempt(gone))
    with pytest.raises(Finding):
        judged(rollback.test_rollback_restores_schema, step)


@pytest.mark.parametrize(
    "left",
    [
        made.moved(gained=1),
        made.moved(lost=1),
        made.moved(columns=(made.column(changed=1),)),
        made.moved(columns=(made.column(is_dropped=True),)),
    ],
    ids=["row left over", "row missing", "value changed", "column dropped by the down"],
)
def test_rows_that_do_not_come_back_are_a_difference(left: Difference) -> None:
    step = made.step(change=CHANGED, down=made.attempt(left))
    with pytest.raises(Finding):
        judged(rollback.test_rollback_restores_data, step)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (made.moved(columns=(made.column(is_dropped=True),)), made.moved(columns=(made.column(changed=10),))),
        (made.moved(columns=(made.column(is_dropped=True),)), made.moved(lost=10, gained=10)),
        (made.moved(is_dropped=True, lost=20), made.moved(lost=20)),
        (made.moved(columns=(made.column(filled=3),)), made.moved(columns=(made.column(filled=3),))),
    ],
    ids=["dropped column", "dropped column of a table without a key", "dropped table", "back-filled NULLs"],
)
def test_what_the_up_dropped_or_filled_is_set_aside(change: Difference, left: Difference) -> None:
    step = made.step(change=change, down=made.attempt(left))
    assert judged(rollback.test_rollback_restores_data, step).count == 20


def test_what_a_drop_took_is_worth_a_note() -> None:
    change = made.moved(columns=(made.column(is_dropped=True),))
    looked = judged(rollback.test_rollback_restores_data, made.step(change=change, down=made.attempt()))
    assert looked.notes == ["public.users, column name was dropped with 10 values"]


def test_a_data_migration_without_a_down_file_leaves_its_rows() -> None:
    with pytest.raises(Finding, match="earlier rows"):
        judged(rollback.test_rollback_restores_data, made.step(change=LEFT))


def test_rows_of_a_first_migration_are_not_judged() -> None:
    with pytest.raises(NotApplicable, match="no table"):
        judged(rollback.test_rollback_restores_data, made.step(change=CHANGED, down=made.attempt(), rows_before={}))


def test_a_down_that_moved_no_row_is_not_exercised() -> None:
    still = made.Ran(line=4, kind="DELETE", rows=0, moves_data=True)
    with pytest.raises(NotExercised, match="line 4"):
        judged(rollback.test_rollback_restores_data, made.step(change=CHANGED, down=made.attempt(unmoved=(still,))))


@pytest.mark.parametrize(
    "between",
    [made.moved(lost=2, gained=2), made.moved(columns=(made.column(column="id", changed=2),))],
    ids=["other rows", "the same rows under other keys"],
)
def test_rows_that_a_redo_makes_again_may_have_other_keys(between: Difference) -> None:
    step = made.step(change=made.moved(gained=2), down=made.attempt(), redo=made.attempt(between))
    assert judged(rollback.test_redo_reaches_the_same, step).count > 0


@pytest.mark.parametrize(
    "between",
    [
        made.moved(lost=2),
        made.moved(gained=2),
        made.moved(lost=3, gained=3),
        made.moved(columns=(made.column(changed=3),)),
    ],
    ids=["missing", "more", "others than the up made", "values of others"],
)
def test_rows_that_a_redo_does_not_make_again_are_found(between: Difference) -> None:
    step = made.step(change=made.moved(gained=2), down=made.attempt(), redo=made.attempt(between))
    with pytest.raises(Finding):
        judged(rollback.test_redo_reaches_the_same, step)


def test_an_added_column_may_get_other_values_but_not_lose_them() -> None:
    def redone(**given: int) -> Looked:
        change = made.moved(columns=(made.column(is_added=True),))
        redo = made.attempt(made.moved(columns=(made.column(changed=5, **given),)))
        return judged(rollback.test_redo_reaches_the_same, made.step(change=change, down=made.attempt(), redo=redo))

    assert redone().count > 0
    with pytest.raises(Finding):
        redone(emptied=5)


def test_a_redo_that_stumbles_over_rows_left_behind_is_not_the_first_cause() -> None:
    step = made.step(change=LEFT, down=made.attempt(LEFT), redo=made.failed())
    with pytest.raises(NotReached, match="rollback-restores-data"):
        judged(rollback.test_redo_reaches_the_same, step)


def full(
    steps: tuple[Step, ...],
    rolled_back: Attempt | None,
    stopped: str = "",
    *,
    down: bool = True,
    contract: Contract = NOTHING,
) -> Looked:
    looked = Looked()
    rollback.test_full_rollback_leaves_nothing(
        history=made.history(made.migration(down=down)),
        steps=steps,
        end=made.end(rollback_stopped=stopped),
        rolled_back=rolled_back,
        contract=contract,
        looked=looked,
    )
    return looked


SOUND = made.step(change=CHANGED, down=made.attempt())


def test_a_full_rollback_ignores_the_acl_of_schema_public() -> None:
    acl = made.Change(kind="grant", identity="schema public to PUBLIC", what="added")
    assert full((SOUND,), made.attempt(Difference(schema=(acl,)))).count == 1


def test_a_full_rollback_that_leaves_a_table_fails_where_each_step_is_sound() -> None:
    left = made.attempt(Difference(schema=(made.Change(kind="table", identity="public.users", what="added"),)))
    with pytest.raises(Finding, match="something is left"):
        full((SOUND,), left)


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (made.step(change=CHANGED), "down-is-written"),
        (made.step(change=CHANGED, down=made.failed()), "down-runs"),
        (made.step(change=CHANGED, down=made.attempt(CHANGED)), "rollback-restores-schema"),
        (made.step(change=CHANGED, down=made.attempt(LEFT)), "rollback-restores-data"),
    ],
)
def test_a_full_rollback_says_nothing_that_a_single_step_has_shown(step: Step, cause: str) -> None:
    with pytest.raises(NotReached, match=f"{made.VERSION}: .*{cause}"):
        full((SOUND, step), made.failed(), made.VERSION)


def test_a_full_rollback_over_an_irreversible_migration_is_not_judged() -> None:
    with pytest.raises(NotApplicable, match=f"{made.VERSION}: .*agreed"):
        full((SOUND,), made.failed(), made.VERSION, contract=made.contract(irreversible=True))
    assert full((SOUND,), made.attempt(), contract=made.contract(irreversible=True)).count == 1


def test_a_full_rollback_stops_without_a_finding_at_a_migration_that_needs_no_down() -> None:
    with pytest.raises(NotReached, match="has no down"):
        full((made.step(),), made.failed(), made.VERSION, down=False)


def test_a_full_rollback_that_was_not_run_is_not_reached() -> None:
    with pytest.raises(NotReached):
        full((SOUND,), None)

from __future__ import annotations

from typing import Any

import made
import pytest

from checks import test_row_counts, test_values
from pgproof import Contract, Difference, Finding, Looked, NotApplicable, NotExercised, Step

CHECKS = (test_row_counts.test_rows_survive, test_values.test_values_survive)
BOTH = pytest.mark.parametrize("check", CHECKS)
DELETED = made.moved(lost=3, lost_keys=("id=1", "id=2", "id=3"))


def judged(check: Any, step: Step, contract: Contract | None = None) -> Looked:
    looked = Looked()
    check(step, contract or Contract(), looked)
    return looked


@BOTH
def test_a_step_that_touched_nothing_passes_with_the_rows_it_met(check: Any) -> None:
    assert judged(check, made.step()).count == 20


@BOTH
def test_before_the_first_table_there_is_nothing_to_lose(check: Any) -> None:
    with pytest.raises(NotApplicable):
        judged(check, made.step(rows_before={}))


@BOTH
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"emptied": (made.USERS,)}, "had to be emptied"),
        ({"ran": (made.Ran(line=7, kind="UPDATE", rows=0, moves_data=True),)}, "UPDATE at m0002_change.up.sql:7"),
        ({"unfilled": {made.USERS: "its CHECK"}}, "its CHECK"),
        ({"rows_before": {made.USERS: 0}}, "no table held a row"),
        ({"change": made.moved(not_compared="too many rows")}, "too many rows"),
    ],
)
def test_rows_that_were_not_there_are_not_exercised(check: Any, given: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotExercised, match=reason):
        judged(check, made.step(**given))


@BOTH
def test_an_empty_table_that_the_step_does_not_touch_is_no_matter(check: Any) -> None:
    assert judged(check, made.step(unfilled={"public.other": "its CHECK"})).count == 20


def test_lost_rows_are_named() -> None:
    with pytest.raises(Finding, match="loses 3 rows") as found:
        judged(test_row_counts.test_rows_survive, made.step(change=DELETED))
    assert "    lost: id=1" in found.value.showed
    assert 'deletes = { "public.users" = "any" }' in found.value.do


@pytest.mark.parametrize(("agreed", "holds"), [(3, True), ("any", True), (2, False)])
def test_declared_deletes_are_no_loss(agreed: int | str, *, holds: bool) -> None:
    contract = made.contract(deletes={made.USERS: agreed})
    if holds:
        assert "agreed" in judged(test_row_counts.test_rows_survive, made.step(change=DELETED), contract).notes[0]
    else:
        with pytest.raises(Finding):
            judged(test_row_counts.test_rows_survive, made.step(change=DELETED), contract)


def test_dropping_a_table_loses_its_rows_and_dropping_a_column_does_not() -> None:
    with pytest.raises(Finding, match="20 rows"):
        judged(test_row_counts.test_rows_survive, made.step(change=made.moved(is_dropped=True, lost=20)))
    dropped = made.moved(columns=(made.column(is_dropped=True),))
    assert judged(test_row_counts.test_rows_survive, made.step(change=dropped)).count == 20
    assert judged(test_values.test_values_survive, made.step(change=dropped)).count == 20


def test_new_rows_are_noted() -> None:
    assert judged(test_row_counts.test_rows_survive, made.step(change=made.moved(gained=2))).notes == [
        "public.users: 2 new rows"
    ]


def rewritten(**given: Any) -> Difference:
    return made.moved(columns=(made.column(**{"changed": 4, **given}),))


def test_overwritten_values_are_a_finding_and_declared_ones_are_not() -> None:
    step = made.step(change=rewritten())
    with pytest.raises(Finding, match=r"public\.users\.name"):
        judged(test_values.test_values_survive, step)
    agreed = made.contract(rewrites=("public.users.name",))
    assert "agreed" in judged(test_values.test_values_survive, step, agreed).notes[0]


@pytest.mark.parametrize("identity", ['public.users."Full Name"', 'public.users."user"'])
def test_declared_names_are_spelt_as_in_sql(identity: str) -> None:
    name = identity.split('"')[1]
    step = made.step(change=rewritten(column=name))
    assert judged(test_values.test_values_survive, step, made.contract(rewrites=(identity,))).count == 20


@pytest.mark.parametrize(
    ("given", "note"), [({"is_retyped": True}, "its type changes"), ({"changed": 0, "filled": 4}, "4 NULLs filled")]
)
def test_a_new_type_and_a_back_fill_are_noted(given: dict[str, Any], note: str) -> None:
    looked = judged(test_values.test_values_survive, made.step(change=rewritten(**given)))
    assert note in looked.notes[0]

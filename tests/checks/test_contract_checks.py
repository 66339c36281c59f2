"""The checks that compare with the contract, where no specimen reaches."""

from __future__ import annotations

from typing import Any

import made
import pytest

from checks import test_row_counts, test_tables
from pgproof import Agreed, Catalog, Finding, Looked, NotExercised, NotReached, RowBounds
from pgproof.contract import Disagreement

COUNTRIES = "public.countries"


def judge(bounds: RowBounds, **given: Any) -> Looked:
    looked = Looked()
    preview = made.preview(catalog=Catalog(tables=(made.table(COUNTRIES),)), **given)
    test_row_counts.test_row_count_as_expected(bounds, preview, looked)
    return looked


@pytest.mark.parametrize(
    ("least", "most", "rows", "holds"),
    [
        (3, 3, 3, True), (3, 3, 2, False), (3, 3, 4, False), (0, 0, 0, True), (0, 0, 1, False), (1, None, 99, True),
        (1, None, 0, False), (0, 5, 5, True), (0, 5, 6, False),
    ],
)  # fmt: skip
def test_rows_are_as_agreed_within_the_bounds(least: int, most: int | None, rows: int, *, holds: bool):
    bounds = RowBounds(table=COUNTRIES, least=least, most=most)
    counts = {COUNTRIES: rows} if rows else {}
    if holds:
        assert judge(bounds, rows=counts).count == max(rows, 1)
        return
    with pytest.raises(Finding) as found:
        judge(bounds, rows=counts)
    assert found.value.what.startswith(f"table {COUNTRIES} holds {rows} row")


def test_what_could_not_be_counted_is_no_pass():
    bounds = RowBounds(table=COUNTRIES, least=1, most=1)
    with pytest.raises(NotExercised, match="seed"):
        judge(bounds, rows_unknown="the seed file fails")
    with pytest.raises(NotReached, match="m2 does not apply"):
        judge(bounds, on_empty={"m2": made.REFUSED})
    with pytest.raises(NotReached, match="table-matches-contract"):
        judge(RowBounds(table="public.gone"), rows={})


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (RowBounds(table="t", least=3, most=3), "exactly 3"),
        (RowBounds(table="t", least=1), "at least 1"),
        (RowBounds(table="t", most=1000), "at most 1,000"),
        (RowBounds(table="t", least=1, most=3), "1 to 3"),
    ],
)
def test_bounds_are_said_in_words(bounds: RowBounds, said: str):
    assert str(bounds) == said


def undeclared(what: Any, number: int = 1) -> Agreed:
    one = Disagreement(block=("view", "public.v"), kind="view", identity="public.v", what=what)
    return Agreed(identity="view", size=3, differences=(one,) * number)


def test_what_is_undeclared_and_what_is_not_as_agreed_are_told_apart():
    with pytest.raises(Finding) as found:
        test_tables.test_nothing_undeclared(undeclared("undeclared", 12), made.preview(), Looked())
    assert found.value.what == "view: 12 objects not in the contract"
    assert len(found.value.showed) == 11
    with pytest.raises(Finding) as found:
        test_tables.test_nothing_undeclared(undeclared("changed"), made.preview(), Looked())
    assert found.value.what == "view: 1 object not as agreed"


def test_a_history_that_stops_half_way_is_not_compared():
    with pytest.raises(NotReached, match="m2 does not apply: see migration-applies"):
        test_tables.test_nothing_undeclared(
            undeclared("missing"), made.preview(on_empty={"m2": made.REFUSED}), Looked()
        )

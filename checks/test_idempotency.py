"""冪等性の確保: すべてのマイグレーションは複数回実行しても同じ結果となるよう設計."""

from __future__ import annotations

from pgproof import (
    Attempt,
    Check,
    Difference,
    Finding,
    Looked,
    NotApplicable,
    NotReached,
    Step,
    check,
    each,
)

from .exercise import require_compared, require_exercised
from .levels import REPAIR, SHIPPING
from .mending import second_time
from .rows_undone import moved
from .wording import changes, refused

DOUBLE_APPLY_SUCCEEDS = Check(
    id="double-apply-succeeds",
    claim="Applying the migration again, its history row forgotten, is not refused.",
    effect="After a lost history row, or a deployment that broke off, `up` stops at an object that exists already.",
    remedy="IF NOT EXISTS, IF EXISTS, CREATE OR REPLACE, ON CONFLICT DO NOTHING; else a DO block that looks first.",
    runbook='冪等性の確保: IF NOT EXISTS / IF EXISTS 句を適切に使用; 問題1: "relation already exists" エラー; '
    "Case 1: マイグレーション履歴の不整合; Case 2: インデックス重複エラー",
    levels=REPAIR,
)


@each("migration")
@check(DOUBLE_APPLY_SUCCEEDS)
def test_double_apply_succeeds(step: Step, applied_again: Attempt | None, looked: Looked) -> None:
    """A second application is not refused: the history table is not always right (Case 1)."""
    again = _tried(applied_again)
    if again.failure is not None:
        raise Finding(
            f"{step.version} is refused when it is applied again",
            showed=refused(again.failure),
            do=second_time(again.failure),
        )
    looked.at(again.ran or 1)


DOUBLE_APPLY_KEEPS_SCHEMA = Check(
    id="double-apply-keeps-schema",
    claim="Where a second application is accepted, nothing in the schema changes.",
    effect="Each repair leaves a little more behind: a second index, a constraint lost, another default.",
    remedy="Name every object, and guard the statement by that name.",
    runbook="冪等性の確保: 複数回実行しても同じ結果となるよう設計",
    levels=SHIPPING,
)


@each("migration")
@check(DOUBLE_APPLY_KEEPS_SCHEMA)
def test_double_apply_keeps_schema(step: Step, applied_again: Attempt | None, looked: Looked) -> None:
    """A second application changes no schema: one that is accepted and still does something is worse than a refusal."""
    difference = _accepted(applied_again)
    if difference.schema_counts:
        raise Finding(
            f"{step.version} changes the schema when it is applied again",
            showed=changes(difference.schema_counts),
            do="Give each object a name, and write IF NOT EXISTS (an unnamed CREATE INDEX makes one more each time).",
        )
    looked.at(len(step.ran) or 1)


DOUBLE_APPLY_KEEPS_DATA = Check(
    id="double-apply-keeps-data",
    claim="Where a second application is accepted, no row changes.",
    effect="Rows are there twice, amounts are added twice, and rows that came since are emptied or overwritten.",
    remedy="INSERT … ON CONFLICT DO NOTHING over a unique key; UPDATE only what is not there yet.",
    runbook="冪等性の確保: 既存データへの影響を最小限に抑制",
    levels=SHIPPING,
)


@each("migration")
@check(DOUBLE_APPLY_KEEPS_DATA)
def test_double_apply_keeps_data(step: Step, applied_again: Attempt | None, looked: Looked) -> None:
    """A second application changes no row: what adds or overwrites does it again."""
    difference = _accepted(applied_again)
    found = [line for change in difference.rows for line in moved(change)]
    if found:
        raise Finding(
            f"{step.version} changes rows when it is applied again",
            showed=found,
            do="INSERT … ON CONFLICT (unique columns) DO NOTHING; UPDATE … WHERE the new value is not there yet.",
        )
    require_compared(difference)
    made = sum(change.gained for change in step.change.rows)
    if not step.rows_before and not made:
        raise NotApplicable("no table existed before it, and it made no row")
    require_exercised(step)
    looked.at(step.holds + made)


def _tried(again: Attempt | None) -> Attempt:
    if again is None:
        raise NotReached("it was not applied a second time")
    return again


def _accepted(again: Attempt | None) -> Difference:
    tried = _tried(again)
    if tried.failure is not None:
        raise NotApplicable("a second application is refused: see double-apply-succeeds")
    return tried.difference or Difference()

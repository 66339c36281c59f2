"""ロールバック手順; 問題4: ロールバック失敗. Only the first cause fails, in the order of this file."""

from __future__ import annotations

from pgproof import Attempt, Check, Contract, End, Finding, History, Looked, Migration, Step, check, each, needs

from . import undoing
from .exercise import require_compared, require_exercised, require_tables
from .levels import NEW, REPAIR, SHIPPING
from .rows_undone import rows_left, taken_by_drop
from .wording import changes, listed, refused

DOWN_IS_WRITTEN = Check(
    id="down-is-written",
    claim="A migration that changed the schema has a down that is not empty.",
    effect="The rollback plan ends here: only the backup leads back, and all that was written since is lost.",
    remedy="Undo each change, the last one first; or declare the migration irreversible in contract.toml, and why.",
    runbook="運用の基本原則: ロールバック計画を事前策定",
    levels=SHIPPING,
)


@needs("downs")
@each("migration")
@check(DOWN_IS_WRITTEN)
def test_down_is_written(step: Step, migration: Migration, contract: Contract, looked: Looked) -> None:
    """There is a down: nobody writes one well in the night in which it is needed."""
    found = undoing.to_undo(step, contract)
    if migration.down is None or step.down_is_empty:
        where = f"{migration.down} holds no statement" if migration.down else f"no down file beside {step.file}"
        raise Finding(f"{step.version} changes the schema and has no down", showed=[where, *changes(found)])
    looked.at(len(found))


DOWN_RUNS = Check(
    id="down-runs",
    claim="The down runs without error, over rows.",
    effect="The rollback stops half-way, in production, with the application stopped.",
    remedy="Drop what depends on an object before the object: constraints, indexes, columns, then tables.",
    runbook="問題4: ロールバック失敗 (依存関係による削除順序エラー)",
    levels=SHIPPING,
)


@each("migration")
@check(DOWN_RUNS)
def test_down_runs(step: Step, undone: Attempt | None, contract: Contract, looked: Looked) -> None:
    """The down runs over rows: what an empty database lets go, rows hold fast."""
    undoing.require_written(step, undone, contract)
    tried = undoing.require_down(undone)
    if tried.failure is not None:
        raise Finding(f"the down of {step.version} fails", showed=refused(tried.failure))
    looked.at(tried.ran or 1)


ROLLBACK_RESTORES_SCHEMA = Check(
    id="rollback-restores-schema",
    claim="The down brings back the earlier schema.",
    effect="The previous release meets a schema that it was never tested with, and the next `up` meets leftovers.",
    remedy="Undo each change of the up in the down, names, defaults and constraints included.",
    runbook="段階的ロールバック（マイグレーション単位）: sea-orm-cli migrate down -n 1",  # noqa: RUF001 - the runbook's words
    levels=SHIPPING,
)


@each("migration")
@check(ROLLBACK_RESTORES_SCHEMA)
def test_rollback_restores_schema(step: Step, undone: Attempt | None, contract: Contract, looked: Looked) -> None:
    """The down brings back the schema: what it leaves behind is found by the next release."""
    left = undoing.left_by_down(step, undone, contract)
    if found := undoing.counting(left.schema):
        raise Finding(f"the down of {step.version} does not bring back the earlier schema", showed=changes(found))
    undoing.report_labels(step, left)
    looked.at(undoing.require_down(undone).ran or 1)
    for change in left.schema:
        looked.note(f"no difference, but worth a word: {change}")


ROLLBACK_RESTORES_DATA = Check(
    id="rollback-restores-data",
    claim="The down brings back the earlier rows and values.",
    effect="The previous release finds rows that it did not write, or does not find those that it did.",
    remedy="Undo in the down what the up did to rows; or declare in contract.toml: irreversible = true, and why.",
    runbook="カスタムロールバック手順: 重要なデータ変更を伴う場合の手動ロールバック",
    levels=SHIPPING,
)


@each("migration")
@check(ROLLBACK_RESTORES_DATA)
def test_rollback_restores_data(step: Step, undone: Attempt | None, contract: Contract, looked: Looked) -> None:
    """The down brings back rows and values: but for back-filled NULLs, and what the up dropped by name."""
    left = undoing.left_by_down(step, undone, contract)
    undoing.require_schema_restored(left)
    require_tables(step)
    if found := rows_left(step, left):
        raise Finding(f"the down of {step.version} does not bring back the earlier rows", showed=listed(found, 12))
    require_compared(left)
    require_exercised(step, undone)
    looked.at(step.holds)
    looked.notes += taken_by_drop(step)


REDO_REACHES_THE_SAME = Check(
    id="redo-reaches-the-same",
    claim="Down and up again end where up ended.",
    effect="After a rollback the release cannot be rolled out again, or becomes another one.",
    remedy="Take away in the down all that the second up would stumble over.",
    runbook="段階的ロールバック（マイグレーション単位）",  # noqa: RUF001 - the runbook's words
    levels=REPAIR,
)


@each("migration")
@check(REDO_REACHES_THE_SAME)
def test_redo_reaches_the_same(step: Step, redone: Attempt | None, contract: Contract, looked: Looked) -> None:
    """Down and up again end where up ended: a rollback is followed by another try."""
    left = undoing.left_by_down(step, step.down, contract)
    undoing.require_schema_restored(left)
    tried = undoing.require_down(redone)
    if found := undoing.redone_otherwise(step, tried):
        undoing.require_rows_restored(step, left)
        raise Finding(f"{step.version} does not come back after its down", showed=found)
    looked.at(tried.ran or 1)


FULL_ROLLBACK_LEAVES_NOTHING = Check(
    id="full-rollback-leaves-nothing",
    claim="All downs, newest first, leave an empty schema.",
    effect="`reset` stops half-way, or leaves objects that the next `up` stumbles over.",
    remedy="Let each down bear the rows and objects that later migrations, or later months, leave.",
    runbook="全マイグレーションのロールバック: sea-orm-cli migrate reset",
    levels=NEW,
)


@each("history")
@check(FULL_ROLLBACK_LEAVES_NOTHING)
def test_full_rollback_leaves_nothing(
    *, history: History, steps: tuple[Step, ...], end: End, rolled_back: Attempt | None, contract: Contract,
    looked: Looked,
) -> None:
    """All downs leave nothing: one that works a single step back may fail over rows that came later."""
    found = undoing.left_by_all_downs(undoing.require_rolled_back(rolled_back))
    if found:
        undoing.require_release_rolled_back(end)
        undoing.require_sound(steps, history, contract, stopped=end.rollback_stopped)
        raise Finding(f"the history cannot be rolled back{undoing.stopped_at(end)}", showed=found)
    looked.at(len(history.migrations))

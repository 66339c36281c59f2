"""マイグレーションの適用と履歴: 2.2 マイグレーション実行, 3. 現在の状態確認, Case 1, 問題1 to 問題3, 基本原則."""

from __future__ import annotations

from pgproof import Check, Finding, History, Looked, NotReached, Preview, Released, Step, Unchanged, check, each

from .exercise import require_filled, require_tables
from .levels import ALWAYS, SHAPE, SHIPPING
from .mending import rows_in_the_way
from .recording import record_faults
from .releasing import compared, doubts, late, passed_over, put_back, what_became
from .wording import counted, listed, refused

MIGRATION_APPLIES = Check(
    id="migration-applies",
    claim="The migration applies to an empty database in its place in the history.",
    effect="No new database can be set up: the next developer, test run or region stops here.",
    remedy="Mend the statement that PostgreSQL refused, or the earlier migration that should have made what it needs.",
    runbook='2.2 マイグレーション実行; 問題1: "relation already exists" エラー',
    levels=SHIPPING,
)


@each("migration")
@check(MIGRATION_APPLIES)
def test_migration_applies(met: Step, preview: Preview, looked: Looked) -> None:
    """It applies to an empty database: a history that cannot be replayed is no history."""
    failure = preview.on_empty.get(met.version, met.on_empty)
    if failure is not None:
        raise Finding(f"{met.version} does not apply to an empty database", showed=refused(failure))
    if preview.all_at_once is not None and preview.all_at_once.file == met.file:
        looked.note(f"refused when the whole history is applied in one go: {preview.all_at_once.message}")
    looked.at(len(met.ran) or 1)


MIGRATION_APPLIES_TO_ROWS = Check(
    id="migration-applies-to-rows",
    claim="The migration applies where every table holds rows.",
    effect="The deployment stops half-way: tests on an empty database pass, production has rows.",
    remedy="Bring the rows into the shape that the statement asks for first, in the same or an earlier migration.",
    runbook="問題2: 外部キー制約エラー; 問題3: マイグレーション実行タイムアウト",
    levels=SHIPPING,
)


@each("migration")
@check(MIGRATION_APPLIES_TO_ROWS)
def test_migration_applies_to_rows(step: Step, looked: Looked) -> None:
    """It applies over rows: an empty table accepts every constraint."""
    require_tables(step)
    if step.on_rows is not None:
        held = [f"{table} held {counted(rows, 'row')}" for table, rows in step.rows_before.items() if rows]
        named = [line for line in held if line.startswith(f"{step.on_rows.table} ")] if step.on_rows.table else []
        raise Finding(
            f"{step.version} applies to an empty database, but not over rows",
            showed=[*refused(step.on_rows), *listed(named or held)],
            do=rows_in_the_way(step.on_rows),
        )
    require_filled(step)
    looked.at(step.holds)


HISTORY_IS_RECORDED = Check(
    id="history-is-recorded",
    claim="The tool's history table records the migration, once, in order, and nothing that is not on disk.",
    effect="The tool applies a migration twice, skips one, or refuses to run: status no longer tells what is applied.",
    remedy="Leave the history table to the tool; mend rows that were put there, or changed, by hand.",
    runbook="3. 現在の状態確認 (sea-orm-cli migrate status); Case 1: マイグレーション履歴の不整合",
    levels=ALWAYS,
    also=("second-up-changes-nothing",),
)


@each("migration")
@check(HISTORY_IS_RECORDED)
def test_history_is_recorded(step: Step, history: History, preview: Preview, looked: Looked) -> None:
    """The history table says what was applied: everything else that the tool does rests on it."""
    expected = history.versions[: step.position + 1]
    faults = record_faults(step.recorded, expected, preview.history_table)
    earlier = record_faults(step.recorded_before, expected[:-1], preview.history_table)
    if faults and earlier:
        raise NotReached(f"the history table is wrong since an earlier migration: {earlier[0]}")
    if faults:
        table = preview.history_table
        raise Finding(
            f"after {step.version}, {table.schema}.{table.table} does not record what was applied",
            showed=listed(faults),
            do=f"Take the statements that write to {table.schema}.{table.table} out of the migration.",
        )
    looked.at(len(step.recorded))


VERSIONS_ARE_ORDERED = Check(
    id="versions-are-ordered",
    claim="Versions are unique and sorted, there is one head, and nothing new comes before what was released.",
    effect="Two databases apply the same migrations in another order, and end in different schemas.",
    remedy="Give each migration a version of its own, later than all released ones; pair each down with an up.",
    runbook="Case 1: マイグレーション履歴の不整合",
    levels=SHAPE,
)


@each("history")
@check(VERSIONS_ARE_ORDERED)
def test_versions_are_ordered(history: History, preview: Preview, looked: Looked) -> None:
    """There is one order: what a directory leaves open, each machine decides for itself."""
    releases = preview.releases
    faults = [*(one for one in doubts(history) if one not in releases.known_faults), *releases.collisions]
    if faults:
        raise Finding(f"the order of {history.root} is in doubt", showed=listed(faults))
    if releases.late:
        newest = releases.late[0].before
        raise Finding(
            f"a new migration comes before {newest}, which is released",
            showed=[*listed(late(releases)), releases.manners.late],
            do=f"Give it a version later than {newest}: rename its files.",
        )
    for known in doubts(history):
        looked.note(f"since before {releases.base}: {known}")
    if history.ignored:
        looked.note("no migrations: " + ", ".join(listed([path.name for path in history.ignored])))
    looked.at(len(history.migrations))


RELEASED_IS_UNCHANGED = Check(
    id="released-is-unchanged",
    claim="A released migration was not edited, renamed or removed.",
    effect="Databases that are up to date and new ones end in different schemas, or the tool refuses to run.",
    remedy="Put the old migration back, and write the change as a new one.",
    runbook="基本原則",
    levels=ALWAYS,
)


@each("released")
@check(RELEASED_IS_UNCHANGED)
def test_released_is_unchanged(released: Released | Unchanged, preview: Preview, looked: Looked) -> None:
    """It is what it was: databases that have applied it will not apply it again."""
    if isinstance(released, Unchanged):
        looked.at(released.count)
        if released.unlocked:
            looked.note(f"{released.unlocked} are not in {preview.releases.lock}: `pgproof lock` adds them")
        return
    if released.is_changed and not released.is_accepted:
        showed = compared(released, preview.releases)
        raise Finding(what_became(released), showed=showed, do=put_back(released, preview.releases))
    looked.note(passed_over(released, preview.releases))
    looked.at(1)

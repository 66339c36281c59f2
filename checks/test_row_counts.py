"""2.3 即座検証; 検証項目 4. データ件数確認."""

from __future__ import annotations

from pgproof import (
    Check,
    Contract,
    Finding,
    Looked,
    NotExercised,
    NotReached,
    Preview,
    RowBounds,
    Step,
    TableChange,
    check,
    each,
    needs,
)

from .agreeing import require_applied
from .exercise import require_exercised, require_tables
from .levels import ALWAYS, SHIPPING
from .wording import counted, in_toml, listed

ROWS_SURVIVE = Check(
    id="rows-survive",
    claim="Every row that was there before the migration is still there after it, but for declared deletes.",
    effect="Rows of users are gone for good, and nobody has agreed to it.",
    remedy="Keep the rows; or declare the loss in contract.toml, so that a reviewer sees it.",
    runbook="2.3 即座検証; 検証項目 4. データ件数確認",
    levels=SHIPPING,
    also=("rollback-restores-data",),
)


@each("migration")
@check(ROWS_SURVIVE)
def test_rows_survive(step: Step, contract: Contract, looked: Looked) -> None:
    """Every row is still there: a lost row is noticed long after the backup is."""
    require_tables(step)
    declared = contract.of(step.version)
    lost = [change for change in step.change.rows if change.lost and not declared.may_delete(change.table, change.lost)]
    if lost:
        raise Finding(
            f"{step.version} loses {counted(sum(change.lost for change in lost), 'row')}",
            showed=[line for change in lost for line in _loss(change)],
            do=_declare(step.version, lost),
        )
    require_exercised(step)
    looked.at(step.holds)
    for change in step.change.rows:
        if change.lost:
            looked.note(f"{change.table}: {counted(change.lost, 'row')} deleted, as declared: {declared.reason}")
        if change.gained:
            looked.note(f"{change.renamed_to or change.table}: {counted(change.gained, 'new row')}")


ROW_COUNT_AS_EXPECTED = Check(
    id="row-count-as-expected",
    claim="The table holds as many rows as the contract says: those that migrations or seed files made, counted.",
    effect="A role, a country, a setting that the application looks up is missing, or there twice.",
    remedy="Mend the INSERT in a new migration, guarded by ON CONFLICT DO NOTHING; or correct `rows` in contract.toml.",
    runbook="検証項目 4. データ件数確認",
    levels=ALWAYS,
)


@each("table")
@needs("row bounds")
@check(ROW_COUNT_AS_EXPECTED)
def test_row_count_as_expected(table: RowBounds, preview: Preview, looked: Looked) -> None:
    """It holds as many rows as agreed: an INSERT that found nothing to copy succeeds as well."""
    require_applied(preview)
    if not any(known.identity == table.table for known in preview.catalog.tables):
        raise NotReached("the table is not there: see table-matches-contract")
    if preview.rows_unknown:
        raise NotExercised(preview.rows_unknown)
    rows = preview.rows.get(table.table, 0)
    if not table.take_in(rows):
        raise Finding(
            f"table {table.table} holds {counted(rows, 'row')} after all migrations, agreed are {table}",
            showed=[f"counted: {rows:,}; made by migrations and seed files, generated rows left out"],
        )
    looked.at(rows or 1)


def _loss(change: TableChange) -> list[str]:
    line = f"{change.table}: {change.lost:,} of {counted(change.rows_before, 'row')} lost"
    if change.is_dropped:
        return [f"{line} (the table is dropped)"]
    return [line, *listed([f"    lost: {key}" for key in change.lost_keys])]


def _declare(version: str, lost: list[TableChange]) -> str:
    tables = ", ".join(f'{in_toml(change.table)} = "any"' for change in lost)
    return (
        "If the loss is wanted, say so in contract.toml:\n"
        f'[migrations.{in_toml(version)}]\ndeletes = {{ {tables} }}\nreason = "…"'
    )

"""Case 4: データ型変更の必要性."""

from __future__ import annotations

from collections.abc import Iterator

from pgproof import (
    Check,
    ColumnChange,
    Contract,
    DataChange,
    Finding,
    Looked,
    Step,
    TableChange,
    check,
    each,
    identifier,
)

from .exercise import require_exercised, require_tables
from .levels import SHIPPING
from .wording import counted, in_toml, listed, spellings

VALUES_SURVIVE = Check(
    id="values-survive",
    claim="Values that were not NULL are the same after the migration, but for declared rewrites.",
    effect="What users have entered is overwritten, and nobody has agreed to it.",
    remedy="Fill only what is NULL (UPDATE … WHERE column IS NULL); or declare the rewrite in contract.toml.",
    runbook="Case 4: データ型変更の必要性",
    levels=SHIPPING,
    also=("rollback-restores-data",),
)


@each("migration")
@check(VALUES_SURVIVE)
def test_values_survive(step: Step, contract: Contract, looked: Looked) -> None:
    """Values are the same: a back-fill without its WHERE overwrites what was there."""
    require_tables(step)
    declared = contract.of(step.version)
    rewritten = [
        (name, column)
        for name, column in _kept_columns(step.change.rows)
        if column.changed and not column.is_retyped and not _is_declared(declared, name, column)
    ]
    if rewritten:
        raise Finding(
            f"{step.version} changes values in {', '.join(name for name, _ in rewritten)}",
            showed=[line for name, column in rewritten for line in _rewrite(name, column)],
            do=_declare(step.version, [name for name, _ in rewritten]),
        )
    require_exercised(step)
    looked.at(step.holds)
    for name, column in _kept_columns(step.change.rows):
        if column.is_retyped:
            looked.note(f"{name}: its type changes, so its values are not compared here")
        elif column.changed:
            looked.note(f"{name}: {counted(column.changed, 'value')} rewritten, as declared: {declared.reason}")
        if column.filled:
            looked.note(f"{name}: {counted(column.filled, 'NULL')} filled")


def _kept_columns(changes: tuple[TableChange, ...]) -> Iterator[tuple[str, ColumnChange]]:
    """Yield the columns that were there before and after, with the name that they had before."""
    for table in changes:
        if not (table.is_dropped or table.is_added):
            for column in table.columns:
                if not (column.is_dropped or column.is_added):
                    yield f"{table.table}.{identifier(column.column)}", column


def _is_declared(declared: DataChange, name: str, column: ColumnChange) -> bool:
    table = name.removesuffix(f".{identifier(column.column)}")
    return any(declared.may_rewrite(f"{table}.{spelling}") for spelling in spellings(column.column))


def _rewrite(name: str, column: ColumnChange) -> list[str]:
    emptied = f", {column.emptied:,} of them to NULL" if column.emptied else ""
    samples = [f"    {s.key}: {_shown(s.before)} → {_shown(s.after)}" for s in column.samples]
    return [f"{name}: {column.changed:,} of {counted(column.held, 'value')} changed{emptied}", *listed(samples)]


def _shown(value: str | None) -> str:
    return "NULL" if value is None else repr(value)


def _declare(version: str, columns: list[str]) -> str:
    names = ", ".join(in_toml(name) for name in columns)
    return (
        "Add WHERE … IS NULL to fill only what is missing; or, if the rewrite is wanted, say so in contract.toml:\n"
        f'[migrations.{in_toml(version)}]\nrewrites = [{names}]\nreason = "…"'
    )

"""検証項目 1. テーブル構造確認."""

from __future__ import annotations

from pgproof import Check, Finding, Looked, NotApplicable, Preview, Table, check, each

from .levels import SHAPE

TABLE_HAS_PRIMARY_KEY = Check(
    id="table-has-primary-key",
    claim="Rows can be told apart: the table has a primary key, or a unique index over NOT NULL columns.",
    effect="A row that is there twice cannot be mended, logical replication refuses UPDATE and DELETE.",
    remedy="ALTER TABLE … ADD PRIMARY KEY (…), over the natural key or a new identity column.",
    runbook="",
    levels=SHAPE,
)


@each("table")
@check(TABLE_HAS_PRIMARY_KEY)
def test_table_has_primary_key(table: Table, preview: Preview, looked: Looked) -> None:
    """Rows can be told apart: what has no key can be neither mended nor followed."""
    if table.variety == "foreign table":
        raise NotApplicable("a foreign table has no keys of its own")
    columns = preview.catalog.columns_of(table.identity)
    looked.at(len(columns) or 1)
    if any(c.type == "primary key" and c.table == table.identity for c in preview.catalog.constraints):
        return
    required = {column.name for column in columns if not column.nullable}
    for index in preview.catalog.indexes:
        is_whole = index.is_unique and index.is_valid and not index.predicate
        if index.table == table.identity and is_whole and required.issuperset(index.columns):
            looked.note(f"no primary key, but rows are told apart by {index.identity}")
            return
    raise Finding(
        f"table {table.identity} has no primary key",
        showed=[f"its columns: {', '.join(column.name for column in columns)}"],
        do=_add_key(table),
    )


def _add_key(table: Table) -> str:
    return (
        f"ALTER TABLE {table.identity} ADD PRIMARY KEY (…);\n"
        f"or, without a natural key: ALTER TABLE {table.identity} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY "
        "PRIMARY KEY;"
    )

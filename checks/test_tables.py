"""検証項目 1. テーブル構造確認."""

from __future__ import annotations

from pgproof import Agreed, Check, Finding, Looked, NotApplicable, Preview, Table, check, each, needs

from .agreeing import REMEDY, demand_agreement
from .levels import ALWAYS, SHAPE
from .wording import counted

TABLE_MATCHES_CONTRACT = Check(
    id="table-matches-contract",
    claim="Each column has the type, nullability, default, identity and collation that the contract says, and the "
    "table's partitions, options, triggers, policies and grants are as agreed.",
    effect="Whoever reads the contract (an application, a report, the next migration) builds on what is not so.",
    remedy=REMEDY,
    runbook="検証項目 1. テーブル構造確認",
    levels=ALWAYS,
)


@each("table")
@needs("contract")
@check(TABLE_MATCHES_CONTRACT)
def test_table_matches_contract(table: Agreed, preview: Preview, looked: Looked) -> None:
    """It is as agreed: a column that lost its NOT NULL on the way to something else is seen in no review."""
    demand_agreement(table, f"table {table.identity} is not as agreed", preview, looked)


NOTHING_UNDECLARED = Check(
    id="nothing-undeclared",
    claim="No object of the kind is beyond the contract; views, functions, types and all else that no other check "
    "compares are as agreed.",
    effect="What nobody has agreed to is used, and then cannot be taken away again; or it opens what was closed.",
    remedy="Take it away in a new migration; or, where it is wanted, run `pgproof contract` and let its difference be "
    "reviewed with the migration.",
    runbook="検証項目 1. テーブル構造確認",
    levels=ALWAYS,
)


@each("kind")
@needs("contract")
@check(NOTHING_UNDECLARED)
def test_nothing_undeclared(kind: Agreed, preview: Preview, looked: Looked) -> None:
    """Nothing is beyond the contract: a grant or a column that came along with something else stays for good."""
    undeclared = [one for one in kind.differences if one.what == "undeclared"]
    what = "not in the contract" if len(undeclared) == len(kind.differences) else "not as agreed"
    demand_agreement(kind, f"{kind.identity}: {counted(len(kind.differences), 'object')} {what}", preview, looked)


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

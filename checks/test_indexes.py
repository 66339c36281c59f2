"""検証項目 2. インデックス確認; Case 2: インデックス重複エラー."""

from __future__ import annotations

from pgproof import (
    Agreed,
    Check,
    Constraint,
    Finding,
    Index,
    Looked,
    NotReached,
    Preview,
    check,
    each,
    identifier,
    needs,
)

from .agreeing import REMEDY, demand_agreement
from .index_statements import drop, rebuild
from .leading import is_indexed
from .levels import ALWAYS, HINT, SHAPE
from .serving import is_needed, kept_of, longer, plainly, valid_beside, why_needed

INDEX_MATCHES_CONTRACT = Check(
    id="index-matches-contract",
    claim="The index is there and defined as the contract says.",
    effect="A query that was fast reads the whole table; a unique index that is gone lets duplicates in.",
    remedy=REMEDY,
    runbook="検証項目 2. インデックス確認",
    levels=ALWAYS,
)


@each("index")
@needs("contract")
@check(INDEX_MATCHES_CONTRACT)
def test_index_matches_contract(index: Agreed, preview: Preview, looked: Looked) -> None:
    """It is defined as agreed: nothing fails when an index goes, until there is load."""
    demand_agreement(index, f"index {index.identity} is not as agreed", preview, looked)


INDEX_IS_VALID = Check(
    id="index-is-valid",
    claim="The index is valid, ready and live.",
    effect="Every write pays for an index that no query uses; a unique one does not keep duplicates out of old rows.",
    remedy="DROP INDEX CONCURRENTLY it and build it again; on a partitioned table, ATTACH the missing partitions.",
    runbook="Case 2: インデックス重複エラー",
    levels=ALWAYS,
)


@each("index")
@check(INDEX_IS_VALID)
def test_index_is_valid(index: Index, preview: Preview, looked: Looked) -> None:
    """It is valid, ready and live: a build that broke off leaves an index that IF NOT EXISTS then keeps."""
    looked.at(1)
    states = {"not valid": index.is_valid, "not ready": index.is_ready, "not live": index.is_live}
    broken = [name for name, holds in states.items() if not holds]
    if broken:
        raise Finding(
            f"index {index.identity} is {', '.join(broken)}",
            showed=[f"{index.table} {index.definition}"],
            do=rebuild(index, preview.catalog),
        )


INDEX_IS_NOT_DUPLICATE = Check(
    id="index-is-not-duplicate",
    claim="No other index of the table has the same definition.",
    effect="Every write pays twice, and the disk holds the same keys twice, for nothing.",
    remedy="Drop the one that no constraint needs, in a new migration.",
    runbook="Case 2: インデックス重複エラー",
    levels=SHAPE,
)


@each("index")
@check(INDEX_IS_NOT_DUPLICATE)
def test_index_is_not_duplicate(index: Index, preview: Preview, looked: Looked) -> None:
    """No other index does the same: the plain one beside a unique one is the usual case."""
    beside = valid_beside(index, preview.catalog)
    looked.at(len(beside))
    kept = kept_of(index, beside, preview.catalog)
    if kept.identity != index.identity:
        raise Finding(
            f"index {index.identity} duplicates {kept.identity}",
            showed=[f"both are on {index.table} {plainly(index)}", *why_needed(kept)],
            do=drop(index),
            weighed_by=(index.table,),
        )


INDEX_IS_NOT_REDUNDANT = Check(
    id="index-is-not-redundant",
    claim="No longer index starts with its columns and serves all its queries.",
    effect="Every write keeps an index up to date that no query needs; it takes room on disk and in memory.",
    remedy="Drop the shorter one, in a new migration, after a look at pg_stat_user_indexes in production.",
    runbook="",
    levels=HINT,
)


@each("index")
@check(INDEX_IS_NOT_REDUNDANT)
def test_index_is_not_redundant(index: Index, preview: Preview, looked: Looked) -> None:
    """No longer index does its work: one on (user_id) beside a key on (user_id, role_id) is the usual case."""
    beside = valid_beside(index, preview.catalog)
    kept = kept_of(index, beside, preview.catalog)
    if kept.identity != index.identity:
        raise NotReached(f"it duplicates {kept.identity}: see index-is-not-duplicate")
    looked.at(len(beside))
    serving = [] if is_needed(index) else longer(index, beside)
    if serving:
        raise Finding(
            f"index {index.identity} is the beginning of {serving[0].identity}, which serves all its queries",
            showed=[f"{one.identity} on {one.table} {one.definition}" for one in (index, serving[0])],
            do=drop(index),
            weighed_by=(index.table,),
        )


FOREIGN_KEY_IS_INDEXED = Check(
    id="foreign-key-is-indexed",
    claim="The referencing columns lead some valid index.",
    effect="Each DELETE, and each UPDATE of the key, of a referenced row reads the whole referencing table.",
    remedy="CREATE INDEX CONCURRENTLY on the referencing columns, in any order.",
    runbook="",
    levels=SHAPE,
)


@each("foreign_key")
@check(FOREIGN_KEY_IS_INDEXED)
def test_foreign_key_is_indexed(foreign_key: Constraint, preview: Preview, looked: Looked) -> None:
    """The referencing columns lead an index: PostgreSQL makes one for the referenced side only."""
    beside = [index for index in preview.catalog.indexes if index.table == foreign_key.table]
    if not is_indexed(foreign_key.table, foreign_key.columns, preview.catalog):
        columns = ", ".join(identifier(name) for name in foreign_key.columns)
        raise Finding(
            f"foreign key {foreign_key.identity} has no index on {foreign_key.table} ({columns})",
            showed=[foreign_key.definition, f"the table's indexes: {'; '.join(i.name for i in beside) or 'none'}"],
            do=f"CREATE INDEX CONCURRENTLY ON {foreign_key.table} ({columns});",
            weighed_by=(foreign_key.table,),
        )
    looked.at(len(beside) or 1)

"""Case 3: 外部キー制約違反; 問題2: 外部キー制約エラー."""

from __future__ import annotations

from pgproof import (
    Check,
    Constraint,
    End,
    Finding,
    Looked,
    NotApplicable,
    NotExercised,
    NotReached,
    Reference,
    Step,
    check,
    each,
    identifier,
)

from .levels import ALWAYS, HINT, SHAPE
from .referring import mend, refer
from .wording import counted, listed

FOREIGN_KEY_HAS_NO_ORPHANS = Check(
    id="foreign-key-has-no-orphans",
    claim="Every reference finds its row.",
    effect="Joins lose rows without a word, and a restore or a later VALIDATE stops at them.",
    remedy="Point the orphans to a row that exists, set them to NULL or delete them, then VALIDATE the key.",
    runbook="Case 3: 外部キー制約違反; 問題2: 外部キー制約エラー",
    levels=ALWAYS,
    also=("constraint-is-validated",),
)


@each("foreign_key")
@check(FOREIGN_KEY_HAS_NO_ORPHANS)
def test_foreign_key_has_no_orphans(
    foreign_key: Constraint, steps: tuple[Step, ...], end: End, looked: Looked
) -> None:
    """Every reference finds its row: NOT VALID and disabled triggers let orphans in."""
    found = next((o for o in end.orphans if o.constraint == foreign_key.identity), None)
    if end.stopped:
        raise NotReached(f"the walk ended at {end.stopped}, which does not apply")
    if found is None:
        raise NotExercised("the database at the end of the walk does not have this key")
    if found.count:
        raise Finding(
            f"foreign key {foreign_key.identity}: {counted(found.count, 'row')} of {found.table} "
            f"{'refers' if found.count == 1 else 'refer'} to nothing",
            showed=[
                f"{counted(found.count, 'orphan')} among {counted(found.looked_at, 'reference')}",
                *(f"orphan: {key}" for key in listed(found.sample)),
                f"they are listed by: {found.statement}",
            ],
            do=mend(foreign_key),
        )
    if not any(found.table in step.rows_before for step in steps):
        raise NotApplicable(f"{found.table} is as new as the last migration: no migration has met a row of it")
    if not found.looked_at:
        raise NotExercised(f"no row of {found.table} refers to anything")
    looked.at(found.looked_at)


FOREIGN_KEY_TYPES_MATCH = Check(
    id="foreign-key-types-match",
    claim="Both ends of the key have one type and collation.",
    effect="The smaller type overflows while the other end still grows; comparisons convert, and miss indexes.",
    remedy="Give the referencing column the type of the referenced one, by expand and contract.",
    runbook="",
    levels=SHAPE,
)


@each("foreign_key")
@check(FOREIGN_KEY_TYPES_MATCH)
def test_foreign_key_types_match(foreign_key: Constraint, looked: Looked) -> None:
    """Both ends have one type: an integer that refers to a bigint ends at 2,147,483,647."""
    ends = list(
        zip(
            foreign_key.columns,
            foreign_key.column_types,
            foreign_key.referenced_columns,
            foreign_key.referenced_types,
            strict=True,
        )
    )
    unlike = [
        f"{foreign_key.table} {column} is {own}, {foreign_key.references} {referenced} is {other}"
        for column, own, referenced, other in ends
        if own != other
    ]
    if unlike:
        raise Finding(
            f"foreign key {foreign_key.identity} joins columns of different types",
            showed=unlike,
            do=f"Add a column of the referenced type to {foreign_key.table}, copy, and drop the old one (Case 4).",
        )
    looked.at(len(ends))


REFERENCE_HAS_FOREIGN_KEY = Check(
    id="reference-has-foreign-key",
    claim="A column that is named after a table, and has the type of its key, has a foreign key.",
    effect="Rows go and leave references to nothing: joins lose rows without a word, and nobody is told.",
    remedy="ADD CONSTRAINT … FOREIGN KEY … NOT VALID, mend the orphans, then VALIDATE CONSTRAINT.",
    runbook="",
    levels=HINT,
)


@each("reference")
@check(REFERENCE_HAS_FOREIGN_KEY)
def test_reference_has_foreign_key(reference: Reference, looked: Looked) -> None:
    """A column that says which row it means is held to it: user_id where there is a table users."""
    column = reference.column
    if not reference.has_foreign_key:
        raise Finding(
            f"column {column.identity} is named after {reference.table} and has no foreign key",
            showed=[f"{column.identity} is {column.type}, as is {reference.table}.{identifier(reference.key)}"],
            do=refer(reference),
        )
    looked.at(1)

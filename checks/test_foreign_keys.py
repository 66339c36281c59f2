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
    Step,
    check,
    each,
    identifier,
)

from .levels import ALWAYS, SHAPE
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
            do=_mend(foreign_key),
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


def _mend(key: Constraint) -> str:
    if len(key.columns) > 1:
        return f"Mend or delete the rows of {key.table} that the statement lists."
    own, other = identifier(key.columns[0]), identifier(key.referenced_columns[0])
    lines = (
        f"UPDATE {key.table} child SET {own} = NULL",  # noqa: S608 - shown, never sent
        f"WHERE {own} IS NOT NULL",
        f"  AND NOT EXISTS (SELECT FROM {key.references} parent WHERE parent.{other} = child.{own});",
        "(or to a row that exists, where the column may not be NULL)",
    )
    return "\n".join(lines)

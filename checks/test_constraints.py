"""検証項目 3. 制約確認."""

from __future__ import annotations

from pgproof import (
    Agreed,
    Check,
    Column,
    Constraint,
    Finding,
    Looked,
    NotApplicable,
    Preview,
    Table,
    check,
    each,
    identifier,
    needs,
)

from .agreeing import REMEDY, demand_agreement
from .levels import ALWAYS, OLD_ROWS
from .wording import counted, listed, plain

CONSTRAINT_MATCHES_CONTRACT = Check(
    id="constraint-matches-contract",
    claim="The constraint is there and defined as the contract says.",
    effect="Rows get in that applications and reports take for impossible.",
    remedy=REMEDY,
    runbook="検証項目 3. 制約確認",
    levels=ALWAYS,
)


@each("constraint")
@needs("contract")
@check(CONSTRAINT_MATCHES_CONTRACT)
def test_constraint_matches_contract(constraint: Agreed, preview: Preview, looked: Looked) -> None:
    """It is defined as agreed: a constraint that is dropped for an hour of maintenance often stays away."""
    demand_agreement(constraint, f"constraint {constraint.identity} is not as agreed", preview, looked)


CONSTRAINT_IS_VALIDATED = Check(
    id="constraint-is-validated",
    claim="The constraint holds for old rows too: none is left NOT VALID or NOT ENFORCED at the end of the history.",
    effect="Whoever reads the schema relies on a promise that old rows break; the planner does not use it either.",
    remedy="Mend the old rows, then ALTER TABLE … VALIDATE CONSTRAINT … in a migration of its own.",
    runbook="検証項目 3. 制約確認",
    levels=OLD_ROWS,
)


@each("constraint")
@check(CONSTRAINT_IS_VALIDATED)
def test_constraint_is_validated(constraint: Constraint, looked: Looked) -> None:
    """It holds for old rows too: NOT VALID is the first half of adding a constraint, not the whole."""
    looked.at(1)
    if constraint.is_validated and constraint.is_enforced:
        return
    state = "NOT VALID" if constraint.is_enforced else "NOT ENFORCED"
    raise Finding(
        f"constraint {constraint.identity} is {state} at the end of the history",
        showed=[f"{constraint.table}: {constraint.definition} {state}"],
        do=_validate(constraint),
    )


@each("table")
@check(CONSTRAINT_IS_VALIDATED)
def test_not_null_is_validated(table: Table, preview: Preview, looked: Looked) -> None:
    """No column that is NOT NULL holds an old NULL: PostgreSQL 18 knows NOT NULL … NOT VALID."""
    required = [c for c in preview.catalog.columns_of(table.identity) if not c.nullable]
    if not required:
        raise NotApplicable("it has no column that is NOT NULL")
    looked.at(len(required))
    if doubtful := [c for c in required if not c.not_null_valid]:
        raise Finding(
            f"table {table.identity} has a NOT NULL that is NOT VALID at the end of the history",
            showed=[f"column {column.identity}" for column in doubtful],
            do="\n".join(_validate_not_null(table, column) for column in doubtful),
        )


TRIGGERS_ARE_ENABLED = Check(
    id="triggers-are-enabled",
    claim="No trigger of the table is disabled, those of its foreign keys included.",
    effect="What the trigger keeps (an audit row, a total, a foreign key) silently stops being kept.",
    remedy="ALTER TABLE … ENABLE TRIGGER ALL at the end of the migration that disabled them.",
    runbook="",
    levels=ALWAYS,
    also=("rollback-restores-schema",),
)


@each("table")
@check(TRIGGERS_ARE_ENABLED)
def test_triggers_are_enabled(table: Table, preview: Preview, looked: Looked) -> None:
    """No trigger is disabled: a bulk load that forgot to enable them again leaves no other trace."""
    triggers = [t for t in preview.catalog.triggers if t.table == table.identity]
    keys = [c for c in preview.catalog.constraints if c.table == table.identity and c.type == "foreign key"]
    if not triggers and not keys:
        raise NotApplicable("it has neither triggers nor foreign keys")
    looked.at(len(triggers) + len(keys))
    for trigger in triggers:
        if trigger.enabled == "replica":
            looked.note(f"{trigger.identity} fires in replication only")
    off = [t.identity for t in triggers if t.enabled == "disabled"]
    dead = [key for key in keys if key.disabled_triggers]
    if off or dead:
        showed = [f"disabled: {identity}" for identity in off]
        showed += [f"disabled: {counted(k.disabled_triggers, 'trigger')} of foreign key {k.identity}" for k in dead]
        raise Finding(f"table {table.identity} has disabled triggers", showed=listed(showed), do=_enable(table, dead))


def _validate(constraint: Constraint) -> str:
    owner, name = constraint.table, identifier(constraint.name)
    if constraint.on_domain:
        return f"ALTER DOMAIN {owner} VALIDATE CONSTRAINT {name};"
    if constraint.is_enforced:
        return f"ALTER TABLE {owner} VALIDATE CONSTRAINT {name};"
    if constraint.type == "foreign key":
        return f"ALTER TABLE {owner} ALTER CONSTRAINT {name} ENFORCED;"
    return f"ALTER TABLE {owner} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {constraint.definition};"


def _validate_not_null(table: Table, column: Column) -> str:
    generated = f"{plain(table.identity)}_{column.name}_not_null"
    return f"ALTER TABLE {table.identity} VALIDATE CONSTRAINT {identifier(column.not_null_name or generated)};"


def _enable(table: Table, keys: list[Constraint]) -> str:
    tables = dict.fromkeys([table.identity, *(key.references for key in keys)])
    return "\n".join(f"ALTER TABLE {name} ENABLE TRIGGER ALL;" for name in tables)

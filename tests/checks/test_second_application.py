from __future__ import annotations

from dataclasses import replace
from typing import Any

import made
import pytest

from checks import mending, test_idempotency
from pgproof import Attempt, Difference, Finding, Looked, NotApplicable, NotExercised, NotReached, Step

CHECKS = (
    test_idempotency.test_double_apply_succeeds,
    test_idempotency.test_double_apply_keeps_schema,
    test_idempotency.test_double_apply_keeps_data,
)
SUCCEEDS, KEEPS_SCHEMA, KEEPS_DATA = CHECKS


def judged(check: Any, again: Attempt | None, step: Step | None = None) -> Looked:
    looked = Looked()
    check(step or made.step(), again, looked)
    return looked


@pytest.mark.parametrize("check", CHECKS)
def test_a_second_application_that_changes_nothing_passes(check: Any) -> None:
    assert judged(check, made.attempt()).count > 0


@pytest.mark.parametrize("check", CHECKS)
def test_without_a_second_application_nothing_is_claimed(check: Any) -> None:
    with pytest.raises(NotReached):
        judged(check, None)


def test_a_refusal_is_reported_once() -> None:
    with pytest.raises(Finding) as found:
        judged(SUCCEEDS, made.failed())
    assert "at m0002_change.up.sql:3" in found.value.showed
    for check in (KEEPS_SCHEMA, KEEPS_DATA):
        with pytest.raises(NotApplicable, match="double-apply-succeeds"):
            judged(check, made.failed())


def test_schema_and_rows_are_told_apart() -> None:
    schema, rows = made.attempt(Difference(schema=(made.ADDED,))), made.attempt(made.moved(gained=1))
    with pytest.raises(Finding, match="changes the schema"):
        judged(KEEPS_SCHEMA, schema)
    assert judged(KEEPS_DATA, schema).count > 0
    with pytest.raises(Finding, match="changes rows"):
        judged(KEEPS_DATA, rows)
    assert judged(KEEPS_SCHEMA, rows).count > 0


@pytest.mark.parametrize("given", [{"changed": 1}, {"filled": 1}])
def test_a_value_that_changes_is_a_changed_row(given: dict[str, int]) -> None:
    with pytest.raises(Finding):
        judged(KEEPS_DATA, made.attempt(made.moved(columns=(made.column(**given),))))


def test_the_order_of_columns_is_no_change() -> None:
    assert judged(KEEPS_SCHEMA, made.attempt(Difference(schema=(replace(made.ADDED, is_weak=True),)))).count > 0


def test_rows_are_judged_where_there_were_any() -> None:
    with pytest.raises(NotApplicable):
        judged(KEEPS_DATA, made.attempt(), made.step(rows_before={}))
    with pytest.raises(NotExercised):
        judged(KEEPS_DATA, made.attempt(), made.step(emptied=(made.USERS,)))
    first = made.step(rows_before={}, change=made.moved(is_added=True, gained=2))
    assert judged(KEEPS_DATA, made.attempt(), first).count == 2


@pytest.mark.parametrize(
    ("sqlstate", "statement", "remedy"),
    [
        ("42P07", "CREATE TABLE t ()", "CREATE TABLE IF NOT EXISTS"),
        ("42P07", "create unique index i on t (a)", "CREATE INDEX IF NOT EXISTS"),
        ("42P07", "CREATE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW"),
        ("42P07", "ALTER TABLE a RENAME TO b", "old name"),
        ("42701", "ALTER TABLE t ADD COLUMN c int", "ADD COLUMN IF NOT EXISTS"),
        ("42710", "ALTER TABLE t ADD CONSTRAINT \"O'k\" CHECK (true)", "conname = 'O''k'"),
        ("42710", "CREATE TRIGGER x BEFORE INSERT ON t", "CREATE OR REPLACE TRIGGER"),
        ("42710", "CREATE POLICY p ON t", "DROP POLICY IF EXISTS"),
        ("42710", "ALTER TYPE mood ADD VALUE 'glad'", "ADD VALUE IF NOT EXISTS"),
        ("42710", "CREATE TYPE mood AS ENUM ()", "CREATE TYPE …; EXCEPTION WHEN duplicate_object"),
        ("42703", "ALTER TABLE t DROP COLUMN c", "IF EXISTS"),
        ("42703", "ALTER TABLE t RENAME COLUMN a TO b", "old name"),
        ("42P16", "ALTER TABLE t ADD PRIMARY KEY (id)", "pg_constraint"),
        ("23505", "INSERT INTO t VALUES (1)", "ON CONFLICT DO NOTHING"),
        ("P0001", "DO $$ BEGIN RAISE 'no'; END $$", "DO $$"),
    ],
)
def test_the_remedy_fits_the_statement(sqlstate: str, statement: str, remedy: str) -> None:
    failure = replace(made.REFUSED, sqlstate=sqlstate, statement=statement)
    assert remedy in mending.second_time(failure)


@pytest.mark.parametrize(
    ("sqlstate", "remedy"), [("23502", "SET NOT NULL"), ("23503", "NOT EXISTS"), ("22P02", "USING"), ("XX000", "rows")]
)
def test_rows_in_the_way_have_a_remedy(sqlstate: str, remedy: str) -> None:
    assert remedy in mending.rows_in_the_way(replace(made.REFUSED, sqlstate=sqlstate))

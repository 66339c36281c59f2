"""What to do about a statement that PostgreSQL refused, by its SQLSTATE."""

from __future__ import annotations

import re

from pgproof import Failure

from .wording import literal

_ROWS = {
    "23502": "Add the column with a DEFAULT, or add it nullable, fill it, and only then SET NOT NULL.",
    "23503": "Point the rows that refer to nothing to a row that exists, or set them to NULL, before the key is added "
    "(NOT EXISTS, not NOT IN, which a NULL defeats).",
    "23505": "Merge or rename the duplicates before the unique index or key is made.",
    "23514": "Mend the rows that violate the CHECK first; or add it NOT VALID, mend them, and VALIDATE it later.",
    "23P01": "Mend the rows that overlap before the exclusion constraint is added.",
    "42804": "Say how old values become new ones: ALTER COLUMN … TYPE … USING ….",
    "55006": "Split the migration: a table whose deferred checks are pending cannot be altered in one transaction.",
}
_TAKES_ROWS = re.compile(r"^\s*(?:DELETE|UPDATE|TRUNCATE|MERGE)\b", re.IGNORECASE)
_VALUES = "Mend the values that do not fit, or say how they become new ones: ALTER COLUMN … TYPE … USING …."


def rows_in_the_way(failure: Failure) -> str:
    """Return how to bring rows into the shape that a refused statement asks for."""
    if failure.sqlstate.startswith("22"):
        return _VALUES
    if failure.sqlstate in {"23001", "23503"} and _TAKES_ROWS.match(failure.statement):
        return "Take, or point elsewhere, the rows that refer to them first; or let the key say ON DELETE …."
    return _ROWS.get(failure.sqlstate, "Mend the rows that the message names in an earlier statement.")


_CREATES = re.compile(
    r"^\s*CREATE\s+(?:UNIQUE\s+)?(?P<kind>TABLE|INDEX|SEQUENCE|MATERIALIZED\s+VIEW|VIEW)", re.IGNORECASE
)
_RENAMES = re.compile(r"\bRENAME\b", re.IGNORECASE)
_ADDS_LABEL = re.compile(r"\bADD\s+VALUE\b", re.IGNORECASE)
_TRIGGER = re.compile(r"^\s*CREATE\s+(?:CONSTRAINT\s+)?TRIGGER", re.IGNORECASE)
_POLICY = re.compile(r"^\s*CREATE\s+POLICY", re.IGNORECASE)
_TYPE = re.compile(r"^\s*CREATE\s+(TYPE|DOMAIN|ROLE|USER)\b", re.IGNORECASE)
_ADDS_CONSTRAINT = re.compile(r"\bADD\s+CONSTRAINT\b", re.IGNORECASE)
_MISSING = frozenset({"42P01", "42703", "42704", "42883", "3F000"})


def second_time(failure: Failure) -> str:
    """Return how to write a refused statement so that a second application passes over it."""
    statement = failure.statement
    if _RENAMES.search(statement):
        return _guard("the old name is still there")
    if failure.sqlstate == "42P07":
        return _exists_already(statement)
    if failure.sqlstate == "42710":
        return _duplicate_object(failure)
    if failure.sqlstate in _MISSING:
        return "Write DROP … IF EXISTS, or put what needs the object into a DO block that looks for it first."
    return _SECOND.get(failure.sqlstate, _guard("there is still something to do"))


def _exists_already(statement: str) -> str:
    created = _CREATES.match(statement)
    kind = re.sub(r"\s+", " ", created["kind"].upper()) if created else "…"
    return "Write CREATE OR REPLACE VIEW." if kind == "VIEW" else f"Write CREATE {kind} IF NOT EXISTS."


def _duplicate_object(failure: Failure) -> str:
    statement = failure.statement
    if _ADDS_LABEL.search(statement):
        return "Write ALTER TYPE … ADD VALUE IF NOT EXISTS."
    if _TRIGGER.match(statement):
        return "Write CREATE OR REPLACE TRIGGER (14 and later), or DROP TRIGGER IF EXISTS before it."
    if _POLICY.match(statement):
        return "Write DROP POLICY IF EXISTS before it."
    if _ADDS_CONSTRAINT.search(statement):
        return _constraint_guard(failure)
    if created := _TYPE.match(statement):
        return f"DO $$ BEGIN CREATE {created[1].upper()} …; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
    return _guard("the object is not there yet")


def _constraint_guard(failure: Failure) -> str:
    name = re.search(r"\bADD\s+CONSTRAINT\s+(\"(?:[^\"]|\"\")+\"|\w+)", failure.statement, re.IGNORECASE)
    plain = name[1].strip('"').replace('""', '"') if name else "…"
    return (
        "ADD CONSTRAINT knows no IF NOT EXISTS; guard it:\n"
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = {literal(plain)}) THEN\n"
        "  ALTER TABLE … ADD CONSTRAINT …;\nEND IF; END $$;"
    )


def _guard(condition: str) -> str:
    return f"Run it only where {condition}: DO $$ BEGIN IF … THEN … END IF; END $$;"


_SECOND = {
    "42701": "Write ADD COLUMN IF NOT EXISTS.",
    "42723": "Write CREATE OR REPLACE FUNCTION.",
    "42P06": "Write CREATE SCHEMA IF NOT EXISTS.",
    "42P16": "Guard ADD PRIMARY KEY by a DO block that looks into pg_constraint first.",
    "23505": "Write INSERT … ON CONFLICT DO NOTHING.",
    "23503": "Guard the statement by the rows that it needs (WHERE EXISTS …).",
}

from __future__ import annotations

import pytest

from pgproof.tool.modes import AUTOCOMMIT, OWN, TRANSACTION, as_annotated, by_statements, of_one_query
from pgproof.tool.statements import split
from pgproof.tool.surroundings import survey

CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON t (a)"
COMMITTING = "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'"


@pytest.mark.parametrize(
    ("text", "one_query", "statements", "annotated"),
    [
        ("CREATE TABLE t (a int)", TRANSACTION, TRANSACTION, TRANSACTION),
        ("CREATE TABLE t (a int); CREATE TABLE u (a int)", TRANSACTION, TRANSACTION, TRANSACTION),
        ("", TRANSACTION, TRANSACTION, TRANSACTION),
        (CONCURRENTLY, AUTOCOMMIT, AUTOCOMMIT, TRANSACTION),
        (f"SELECT 1; {CONCURRENTLY}", TRANSACTION, AUTOCOMMIT, TRANSACTION),
        ("DO $$ BEGIN COMMIT; END $$", AUTOCOMMIT, AUTOCOMMIT, TRANSACTION),
        ("CALL app.p()", AUTOCOMMIT, AUTOCOMMIT, TRANSACTION),
        ("CALL app.q()", TRANSACTION, TRANSACTION, TRANSACTION),
        ("BEGIN; SELECT 1; COMMIT;", OWN, OWN, OWN),
        (f"BEGIN; SELECT 1; COMMIT; {CONCURRENTLY}", OWN, OWN, OWN),
        ("SELCT", TRANSACTION, TRANSACTION, TRANSACTION),
    ],
)
def test_each_rule_has_its_mode(text: str, one_query: str, statements: str, annotated: str) -> None:
    script, around = split(text), survey([split(COMMITTING)])
    assert of_one_query(script, around) == one_query
    assert by_statements(script, around, outside=False) == statements
    assert as_annotated(script, outside=False) == annotated


def test_a_file_may_ask_to_be_outside_a_transaction() -> None:
    script, around = split("SELECT 1; SELECT 2"), survey([])
    assert by_statements(script, around, outside=True) == AUTOCOMMIT
    assert as_annotated(script, outside=True) == AUTOCOMMIT

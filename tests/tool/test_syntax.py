from __future__ import annotations

import pytest

from pgproof.tool.statements import Statement, split


def one(text: str) -> Statement:
    (statement,) = split(text).statements
    return statement


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t SELECT * FROM u",
        "INSERT INTO t (SELECT 1 UNION SELECT 2)",
        "UPDATE t SET a = 1",
        "DELETE FROM ONLY t",
        "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone",
        "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
        "CALL fill()",
        "DO $$ BEGIN UPDATE t SET a = 1; END $$",
        'DO $$ BEGIN UPDATE ONLY app."T" AS x SET a = 1; END $$',
        "DO $$ BEGIN EXECUTE 'DELETE FROM t'; END $$",
        "DO $$ BEGIN INSERT INTO t (a)\nSELECT 1; END $$",
        "EXPLAIN ANALYZE UPDATE t SET a = 1",
    ],
)
def test_statements_that_move_data_are_seen(text: str) -> None:
    assert one(text).moves_data


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t VALUES (1), (2)",
        "INSERT INTO t DEFAULT VALUES",
        "SELECT * FROM t FOR UPDATE",
        "CREATE TABLE t (id int REFERENCES u ON DELETE CASCADE ON UPDATE SET NULL)",
        "CREATE RULE r AS ON UPDATE TO t DO INSTEAD DELETE FROM u",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'",
        "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM t; END",
        "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "DO $$ BEGIN ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE ON UPDATE SET NULL; END $$",
        "DO $$ BEGIN -- UPDATE t SET a = 1\n PERFORM 1 /* DELETE FROM t */; END $$",
        "TRUNCATE t",
    ],
)
def test_statements_that_move_no_data_are_not(text: str) -> None:
    assert not one(text).moves_data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALTER TABLE Users ADD COLUMN a int", ("users",)),
        ('ALTER TABLE "Order Items" RENAME TO x', ('"Order Items"',)),
        ("CREATE TABLE app.t (id int REFERENCES public.u)", ("app.t", "public.u")),
        ("DROP TABLE IF EXISTS a, app.b CASCADE", ("a", "app.b")),
        ("DROP TRIGGER g ON app.t", ("app.t",)),
        ("DROP INDEX i", ()),
        ("ALTER INDEX i RENAME TO j", ()),
        ("CREATE INDEX ON t (a)", ("t",)),
        ("TRUNCATE a, b", ("a", "b")),
        ("WITH x AS (SELECT * FROM t) DELETE FROM u USING x", ("u", "t")),
        ("INSERT INTO t SELECT * FROM u JOIN v USING (id)", ("t", "u", "v")),
        ("COMMENT ON TABLE t IS 'x'", ()),
        ('DO $$ BEGIN UPDATE Users SET a = 1; DELETE FROM app."T"; END $$', ("users", 'app."T"')),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'", ()),
        ("ALTER TYPE mood ADD VALUE 'x'", ()),
    ],
)
def test_the_tables_that_a_statement_names(text: str, expected: tuple[str, ...]) -> None:
    assert sorted(one(text).tables) == sorted(expected)

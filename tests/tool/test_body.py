from __future__ import annotations

import pytest

from pgproof.tool import Body
from pgproof.tool.body import judge
from pgproof.tool.modes import AUTOCOMMIT, TRANSACTION
from pgproof.tool.statements import split
from pgproof.tool.surroundings import survey


def judged(text: str, *earlier: str, mode: str = TRANSACTION) -> Body:
    script = split(text)
    return judge(script, mode, survey([script, *map(split, earlier)]))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX CONCURRENTLY"),
        ("SELECT 1;\nDROP INDEX CONCURRENTLY i", "line 2: DROP INDEX CONCURRENTLY"),
        ("REINDEX TABLE CONCURRENTLY t", "REINDEX"),
        ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "DETACH PARTITION"),
        ("VACUUM t", "VACUUM"),
        ("ALTER SYSTEM SET work_mem = 1", "ALTER SYSTEM"),
        ("CREATE DATABASE d", "CREATE DATABASE"),
        ("BEGIN; SELECT 1; COMMIT", "BEGIN or COMMIT"),
        ("SAVEPOINT s", "savepoints of its own"),
        ("DO $$ BEGIN COMMIT; END $$", "DO with COMMIT"),
        ("DO $$ BEGIN LOOP ROLLBACK AND CHAIN; END LOOP; END $$", "DO with COMMIT"),
        ("CALL fill()", "procedure"),
        ("INSERT INTO t VALUES (now())", "transaction's time"),
        ("UPDATE t SET a = CURRENT_TIMESTAMP", "transaction's time"),
        ("UPDATE t SET a = localtimestamp(0)", "transaction's time"),
        ("DELETE FROM t WHERE a < current_date", "transaction's time"),
        ("INSERT INTO t VALUES ('now'::timestamptz)", "transaction's time"),
        ("SELECT txid_current()", "transaction's time or number"),
        ("SELECT pg_current_xact_id()", "transaction's time or number"),
        ("CREATE TABLE t AS SELECT now()", "transaction's time"),
        ("ALTER TABLE t ALTER a TYPE timestamptz USING now()", "transaction's time"),
        ("DO $$ BEGIN UPDATE t SET a = now(); END $$", "DO block uses the transaction's time"),
        ("DO $$ BEGIN EXECUTE 'UPDATE t SET a = now()'; END $$", "DO block uses the transaction's time"),
        ("UPDATE t SET at = DEFAULT", "default"),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET at = EXCLUDED.at", "upsert"),
        ("CREATE TEMP TABLE x (a int)", "temporary"),
        ("CREATE TABLE pg_temp.x (a int)", "temporary"),
        ("SELECT * INTO TEMP x FROM t", "temporary"),
        ("DO $$ BEGIN CREATE TEMPORARY TABLE x (a int); END $$", "temporary"),
        ("SET LOCAL search_path = app", "SET search_path lasts until the transaction ends"),
        ("SET search_path = app", "SET search_path lasts until the session ends"),
        ("SET statement_timeout = '1s'", "SET statement_timeout"),
        ("RESET ALL", "SET all"),
        ("SET ROLE app", "SET role"),
        ("SELECT set_config('search_path', '', false)", "set_config()"),
        ("DO $$ BEGIN SET LOCAL search_path = app; END $$", "changes settings"),
        ("DO $$ BEGIN PERFORM set_config('search_path', '', false); END $$", "changes settings"),
        ("SET CONSTRAINTS ALL DEFERRED", "SET CONSTRAINTS"),
        ("CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)", "deferred"),
        ("ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE INITIALLY DEFERRED", "deferred"),
        ("ALTER TYPE mood ADD VALUE 'x'", "enum label"),
        ("PREPARE p AS SELECT 1", "session"),
        ("SELECT dblink_exec('dbname=x', 'SELECT 1')", "dblink_exec()"),
        ("SELCT 1", "grammar"),
    ],
)
def test_what_a_savepoint_would_judge_wrongly_needs_a_clone(text: str, why: str) -> None:
    assert why.lower() in judged(text).needs_clone.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- nothing",
        "CREATE TABLE t (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
        "ALTER TABLE t ADD COLUMN at timestamptz DEFAULT CURRENT_TIMESTAMP",
        "ALTER TABLE t ALTER at SET DEFAULT now()",
        "ALTER TABLE t ADD CHECK (at <= now())",
        "CREATE VIEW v AS SELECT now()",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN COMMIT; PERFORM now(); END'",
        "CREATE POLICY p ON t USING (at < now())",
        "CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO u VALUES (now())",
        "CREATE UNIQUE INDEX i ON t (a)",
        "INSERT INTO t VALUES (1, 'now and then') ON CONFLICT DO NOTHING",
        "UPDATE t SET a = clock_timestamp(), u = gen_random_uuid(), who = current_user",
        "UPDATE t SET a = age(b, c)",
        "SET lock_timeout = '5s'; SET LOCAL client_min_messages = warning; SET statement_timeout = 0",
        "LOCK TABLE t; SELECT pg_advisory_lock(1)",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
        "CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY IMMEDIATE)",
        "ALTER TYPE mood RENAME VALUE 'x' TO 'y'",
        "DO $$ BEGIN -- now() COMMIT;\n UPDATE t SET a = 1; EXCEPTION WHEN OTHERS THEN NULL; END $$",
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type) THEN CREATE TYPE x AS ENUM ('a'); END IF; END $$",
        "REINDEX TABLE t; CLUSTER t; ANALYZE t; TRUNCATE t",
        "GRANT SELECT ON t TO app; COMMENT ON TABLE t IS 'now'",
    ],
)
def test_all_else_can_be_tried_behind_a_savepoint(text: str) -> None:
    assert judged(text).needs_clone == ""


CLOCK_TRIGGER = (
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at = now(); RETURN NEW; END';"
    "CREATE TRIGGER g BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION touch()"
)


@pytest.mark.parametrize("text", ["UPDATE app.t SET a = 1", "DO $$ BEGIN UPDATE t SET a = 1; END $$"])
def test_a_trigger_that_reads_the_clock_needs_a_clone(text: str) -> None:
    assert "transaction's time" in judged(text, CLOCK_TRIGGER).needs_clone


def test_a_trigger_of_another_table_does_not() -> None:
    assert judged("UPDATE app.u SET a = 1", CLOCK_TRIGGER).needs_clone == ""


CALLS_ANOTHER = (
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT g()';"
    "CREATE FUNCTION g() RETURNS date LANGUAGE sql AS 'SELECT now()'"
)


@pytest.mark.parametrize(
    ("called", "why"),
    [
        ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE t SET a = now()'", "time"),
        ("CREATE FUNCTION f() RETURNS void BEGIN ATOMIC UPDATE t SET a = now(); END", "time"),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TEMP TABLE x(); END'", "temporary"),
        (CALLS_ANOTHER, "time"),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE t SET a = 1'", ""),
    ],
)
def test_functions_of_the_history_are_looked_into(called: str, why: str) -> None:
    body = judged("SELECT app.f()", called)
    assert why in body.needs_clone
    assert bool(why) == bool(body.needs_clone)


def test_a_view_on_the_clock_needs_a_clone() -> None:
    view = "CREATE VIEW fresh AS SELECT * FROM t WHERE at > now()"
    assert "view" in judged("INSERT INTO u SELECT * FROM fresh", view).needs_clone
    assert judged("INSERT INTO u SELECT * FROM t", view).needs_clone == ""


def test_changing_rows_beside_deferred_constraints_needs_a_clone() -> None:
    table = "CREATE TABLE t (a int REFERENCES u DEFERRABLE INITIALLY DEFERRED)"
    assert "deferred" in judged("DELETE FROM u", table).needs_clone
    assert judged("CREATE TABLE v (a int)", table).needs_clone == ""


def test_a_mode_without_a_transaction_needs_a_clone() -> None:
    assert "autocommit" in judged("SELECT 1", mode=AUTOCOMMIT).needs_clone


def test_an_empty_body_is_empty() -> None:
    assert judged("-- irreversible\n").is_empty
    assert not judged("SELECT 1").is_empty


def test_a_body_moves_data_through_functions_too() -> None:
    mover = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'"
    assert judged("SELECT f()", mover).moves_data
    assert not judged("SELECT f()").moves_data
    assert not judged(mover).moves_data
    assert judged("CREATE TABLE u (a int);\nDELETE FROM app.t").tables == ("u", "app.t")

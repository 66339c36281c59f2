"""Migrations that do to the session, the server or themselves what no runner likes: a verdict, never a crash."""

from __future__ import annotations

import pytest
from robust import COMMAND, TABLE, WAYS

NEXT = "CREATE TABLE u (id int PRIMARY KEY);"
"""What comes after each."""
CHECKS = ["-k", "migration_applies or history_is_recorded or down_runs or full_rollback"]

APPLY = {
    "alter database": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''9MB''', current_database());"
    " END $$;",
    "event trigger": "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
    "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
    "lock": "LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.2);",
    "timeout": "SET statement_timeout = '20s'; SET lock_timeout = '10s';",
    "settings": "RESET ALL; SET default_transaction_read_only = on; SET client_encoding = 'LATIN1';"
    "SET search_path = '';",
    "role": "CREATE ROLE app; GRANT SELECT ON t TO app; GRANT app TO current_user; SET ROLE app; RESET ROLE;",
    "authorization": "CREATE ROLE other; SET SESSION AUTHORIZATION other; RESET SESSION AUTHORIZATION;",
    "discard": "-- pgproof: no-transaction\nDISCARD ALL;",
    "commit": "CREATE TABLE v (id int PRIMARY KEY); COMMIT;",
    "savepoints": "SAVEPOINT a; SELECT 1; ROLLBACK TO a; SAVEPOINT pgproof_probe; RELEASE a;",
    "copy": "COPY t TO stdout;",
    "replica": "SET session_replication_role = replica;",
    "nothing": "-- nothing\n;;",
    "settings of the role": "CREATE SCHEMA app; ALTER ROLE current_user SET search_path = app;"
    "ALTER ROLE ALL SET work_mem = '7MB';",
}
"""They apply, and so does what comes after them."""

FAIL = {
    "syntax": ("CREAT TABLE v ();", "42601"),
    "failing": ("CREATE TABLE t ();", "42P07"),
    "create database": ("CREATE DATABASE other;", "25001"),
    "tablespace": ("-- pgproof: no-transaction\nCREATE TABLESPACE s LOCATION '/nowhere/at/all';", "58P01"),
    "prepared": ("PREPARE TRANSACTION 'x';", "55000"),
    "terminates itself": ("SELECT pg_terminate_backend(pg_backend_pid());", "57P01"),
    "times out": ("SET statement_timeout = '1ms'; SELECT pg_sleep(1);", "57014"),
    "role": ("CREATE ROLE app; SET ROLE app;", "42501"),
    "read only": ("SET TRANSACTION READ ONLY;", "25006"),
    "discard": ("DISCARD ALL;", "25001"),
    "psql": ("\\connect postgres\nCREATE TABLE v ();", "42601"),
    "copy": ("COPY t FROM stdin;\n1\t2\n\\.\n", "42601"),
    "copy without rows": ("COPY t FROM stdin;", "57014"),
    "its history table": ("DROP TABLE pgproof_history;", "42P01"),
    "as if the server had ended": ("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57P01'; END $$;", "57P01"),
    "as if the disk were full": ("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$;", "53100"),
}
"""They are refused with this SQLSTATE: a finding."""


def test_they_apply(project, line):
    texts = [(text, NEXT.replace(" u ", f" u_{number} ")) for number, text in enumerate(APPLY.values())]
    project.migrations(TABLE, *(text for pair in texts for text in pair))
    ended = project.run(line, *CHECKS)

    assert ended.code == 0, ended.text
    ended.demand_clean()


@pytest.mark.parametrize("case", FAIL)
def test_it_is_a_finding(project, case):
    text, sqlstate = FAIL[case]
    project.migrations(TABLE, text, NEXT)
    ended = project.run(COMMAND, *CHECKS)

    assert ended.code == 1, ended.text
    ended.demand_clean()
    assert "m2 does not apply to an empty database" in ended.text
    assert f"ERROR {sqlstate}" in ended.text
    assert "m1 does not apply" not in ended.text


@pytest.mark.parametrize("way", WAYS)
def test_a_finding_is_one_in_every_way(project, way):
    project.migrations(TABLE, "CREAT TABLE u ();")

    assert project.run(WAYS[way], "-k", "test_migration_applies").code == 1


@pytest.mark.parametrize("mode", ["", "-- pgproof: no-transaction\n"], ids=["transaction", "autocommit"])
def test_roles_are_there_once_for_each_database(project, mode):
    """The history is applied three times to one server, and a fourth time where rows have to make way."""
    project.migrations(
        f"CREATE ROLE app; ALTER ROLE app SET work_mem = '5MB'; {TABLE} GRANT SELECT ON t TO app;",
        f"{mode}CREATE ROLE late; ALTER TABLE t ADD c int NOT NULL;",
        f"{mode}ALTER ROLE late RENAME TO later; ALTER TABLE t ADD d int NOT NULL; GRANT app TO later;",
        "ALTER TABLE t OWNER TO later; CREATE TABLE u (id int PRIMARY KEY);",
    )
    downs = [
        "DROP TABLE t; DROP ROLE app;",
        "ALTER TABLE t DROP c; DROP ROLE late;",
        "ALTER TABLE t DROP d; REVOKE app FROM later; ALTER ROLE later RENAME TO late;",
        "DROP TABLE u; ALTER TABLE t OWNER TO current_user;",
    ]
    for number, text in enumerate(downs, 1):
        (project.root / "migrations" / f"m{number}.down.sql").write_text(text)
    ended = project.run(COMMAND, *CHECKS, "-rf")

    ended.demand_clean()
    assert ended.code == 1, ended.text
    failed = [text.split(" - ")[0] for text in ended.text.splitlines() if text.startswith("FAILED")]
    assert failed == [f"FAILED test_history.py::test_migration_applies_to_rows[m{n}]" for n in (2, 3)], ended.text


@pytest.mark.parametrize("others", ["true", "datname = current_database()", "usename = 'postgres'"])
def test_what_ends_pgproofs_own_session_is_one_message(project, others):
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    project.migrations(TABLE, f"{ends} AND {others};", "CREATE TABLE u (id int PRIMARY KEY);")

    said = ["The connection to PostgreSQL was lost", "The server itself is alive.", "NOT LIKE 'pgproof%'"]
    project.run(COMMAND, *CHECKS).demand_fault(*said)


def test_what_spares_pgproofs_sessions_applies(project):
    spares = "pid <> pg_backend_pid() AND application_name NOT LIKE 'pgproof%'"
    project.migrations(TABLE, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {spares};")
    ended = project.run(COMMAND, "--check=migration-applies", "--check=migration-applies-to-rows")

    assert ended.code == 0, ended.text

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.errors import HistoryFault
from pgproof.tool import layouts
from pgproof.tool.server_wide import reaches, refuse, roles, sources
from pgproof.tool.statements import split

PLPGSQL = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {} END $$;\n"


def found(text: str) -> list[tuple[int, str]]:
    return [(reach.line, reach.what) for reach in reaches([(Path("m.sql"), split(text))])]


def in_do(code: str) -> str:
    return f"DO $$ BEGIN\n{code}\nEND $$;"


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("CREATE ROLE a", "CREATE ROLE"),
        ("CREATE USER a", "CREATE ROLE"),
        ("ALTER ROLE a LOGIN", "ALTER ROLE"),
        ("ALTER GROUP a ADD USER b", "ALTER ROLE"),
        ("ALTER ROLE a SET work_mem = '1MB'", "ALTER ROLE ... SET"),
        ("ALTER ROLE a IN DATABASE d SET work_mem = '1MB'", "ALTER ROLE ... SET"),
        ("DROP USER a", "DROP ROLE"),
        ("GRANT a TO b", "GRANT or REVOKE of a role"),
        ("REVOKE a FROM b", "GRANT or REVOKE of a role"),
        ("REASSIGN OWNED BY a TO b", "REASSIGN OWNED"),
        ("DROP OWNED BY a", "DROP OWNED"),
        ("CREATE DATABASE d", "CREATE DATABASE"),
        ("DROP DATABASE d", "DROP DATABASE"),
        ("ALTER DATABASE d SET work_mem = '1MB'", "ALTER DATABASE ... SET"),
        ("ALTER DATABASE d CONNECTION LIMIT 3", "ALTER DATABASE"),
        ("ALTER DATABASE d OWNER TO a", "OWNER of a DATABASE"),
        ("ALTER DATABASE d RENAME TO e", "RENAME of a DATABASE"),
        ("GRANT CONNECT ON DATABASE d TO a", "GRANT or REVOKE ON DATABASE"),
        ("COMMENT ON DATABASE d IS 'x'", "COMMENT ON DATABASE"),
        ("COMMENT ON ROLE d IS 'x'", "COMMENT ON ROLE"),
        ("CREATE TABLESPACE x LOCATION '/x'", "CREATE TABLESPACE"),
        ("DROP TABLESPACE x", "DROP TABLESPACE"),
        ("ALTER TABLESPACE x SET (seq_page_cost = 1)", "ALTER TABLESPACE"),
        ("ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM"),
        ("GRANT SET ON PARAMETER work_mem TO a", "GRANT or REVOKE ON PARAMETER"),
        ("CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "CREATE SUBSCRIPTION"),
        ("COPY t TO '/tmp/x'", "COPY TO a file of the server"),
        ("COPY t FROM PROGRAM 'x'", "COPY ... PROGRAM"),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", "pg_terminate_backend()"),
        ("SELECT dblink_exec('host=x', 'DROP TABLE t')", "dblink_exec()"),
    ],
)
def test_a_statement_that_reaches_beyond_its_database(statement: str, what: str) -> None:
    assert found(f"SELECT 1;\n\n{statement};") == [(3, what)]


@pytest.mark.parametrize(
    "statement",
    [
        "GRANT SELECT ON t TO a",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a",
        "COMMENT ON TABLE t IS 'CREATE ROLE a'",
        "ALTER TABLE t OWNER TO a",
        "ALTER TABLE role RENAME TO system",
        "CREATE USER MAPPING FOR a SERVER s",
        "CREATE EXTENSION dblink",
        "COPY t TO stdout",
        "SET ROLE a",
        "SELECT current_database()",
        PLPGSQL.format("CREATE ROLE a;"),
        in_do("-- CREATE ROLE a\nNULL;"),
        in_do("GRANT SELECT ON ALL TABLES IN SCHEMA public TO a;"),
        in_do("REVOKE CREATE ON SCHEMA public FROM PUBLIC;"),
        in_do("EXECUTE format('ALTER DATABASE %I SET work_mem = 1', current_database());"),
        in_do("EXECUTE 'GRANT CONNECT ON DATABASE ' || quote_ident(current_database()) || ' TO a';"),
    ],
)
def test_what_stays_within_its_database(statement: str) -> None:
    assert found(statement) == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("CREATE ROLE a;", "CREATE ROLE"),
        ("EXECUTE 'create  user ' || x;", "CREATE USER"),
        ("EXECUTE 'ALTER DATABASE app SET work_mem = 1';", "ALTER DATABASE"),
        ("EXECUTE 'ALTER SYSTEM SET work_mem = 1';", "ALTER SYSTEM"),
        ("GRANT a TO b;", "GRANT of a role"),
        ("REVOKE a FROM b;", "REVOKE of a role"),
        ("PERFORM pg_reload_conf();", "pg_reload_conf()"),
    ],
)
def test_code_that_reaches_beyond_its_database(code: str, what: str) -> None:
    ((line, said),) = found("SELECT 1;\n" + in_do(f"NULL;\n{code}"))
    assert said == what
    assert line == (2 if "of a role" in what else 4)


@pytest.mark.parametrize(
    "call",
    [
        "SELECT f();",
        "DO $$ BEGIN PERFORM f(); END $$;",
        "CREATE TRIGGER t BEFORE INSERT ON t EXECUTE FUNCTION f();",
        "CREATE TABLE u (id int DEFAULT f());",
        "CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM f(); END $$;\nSELECT g();",
    ],
)
def test_a_function_counts_where_it_is_run(call: str) -> None:
    assert [what for _, what in found(PLPGSQL.format("CREATE ROLE a;") + call)] == ["CREATE ROLE in f()"]


def test_what_the_grammar_does_not_read_is_searched() -> None:
    assert found("MERGE SOMETHING ODD;\nCREATE ROLE a;") == [(2, "CREATE ROLE")]


def test_the_names_of_roles_that_may_be_made() -> None:
    text = """
        CREATE ROLE one; CREATE USER "Two Words"; CREATE USER MAPPING FOR three SERVER s;
        DO $$ BEGIN IF true THEN CREATE ROLE Four; EXECUTE 'CREATE ROLE "five""5"'; END IF; END $$;
    """
    assert roles([(Path("m.sql"), split(text))]) == {"one", "Two Words", "four", 'five"5'}


def test_both_directions_of_a_history_are_refused_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "m1.up.sql": "CREATE TABLE t ();",
        "m1.down.sql": "DROP TABLE t;\nDROP ROLE a;",
        "m2.up.sql": "\nCREATE ROLE a;",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(HistoryFault) as caught:
        refuse(sources(layouts.detect(tmp_path)))
    assert "  m1.down.sql:2 (DROP ROLE)\n  m2.up.sql:2 (CREATE ROLE)" in caught.value.message
    assert "allow_server_wide = true" in caught.value.remedy
    refuse([(tmp_path / "m1.up.sql", split("CREATE TABLE t ();"))])


def test_of_many_the_first_are_named() -> None:
    many = "".join(f"CREATE ROLE r{n};\n" for n in range(13))
    with pytest.raises(HistoryFault, match="and 3 more"):
        refuse([(Path("m.sql"), split(many))])

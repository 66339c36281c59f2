"""The base and the role that migrates, on a server of pgproof's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgproof import base
from pgproof.catalog.read import read
from pgproof.data.positions import positions
from pgproof.errors import UsageFault
from pgproof.server import TOOL_ROLE, Server, database
from pgproof.settings import Base, Settings

ROLE = 'My "App" é'
QUOTED = ROLE.replace('"', '""')
_NUMBERS = iter(range(1000))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(migrations=tmp_path, timezone="Asia/Tokyo")


@pytest.fixture
def prepared(server: Server) -> Iterator:
    """Return a function that prepares the server; what it made is taken away."""
    session = server.maintenance()
    before = {name for (name,) in session.execute("SELECT rolname FROM pg_roles")}
    made: list[str] = [f"pgproof_{server.standing.run}_base"]

    def prepare(settings: Settings) -> tuple[Server, str]:
        found = base.prepare(server, settings)
        made.append(f"pgproof_fresh{next(_NUMBERS)}")
        database.create(found, made[-1])
        return found, made[-1]

    yield prepare
    for name in made:
        database.drop(server, name)
    for (name,) in session.execute("SELECT rolname FROM pg_roles").fetchall():
        if name not in before:
            session.execute(psycopg.sql.SQL("DROP ROLE {}").format(psycopg.sql.Identifier(name)))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def values(url: str, statement: str) -> tuple:
    with database.connect(url) as session:
        return session.execute(statement).fetchone()


def test_without_any_the_server_is_as_it_was(server, settings):
    assert base.prepare(server, settings) is server


def test_everything_of_the_base_is_there_before_the_first_migration(prepared, settings, tmp_path):
    first = written(tmp_path, "1.sql", "CREATE TABLE app.t (id int PRIMARY KEY); INSERT INTO app.t VALUES (7);")
    second = written(tmp_path, "2.sql", "SELECT count(*) FROM t;\nCREATE VIEW v AS TABLE t;")
    server, name = prepared(
        replace(
            settings,
            base=Base(
                roles=("reader é",), schemas=("app", "Other S"), extensions=("citext",), sql=(first, second),
                settings={"search_path": 'app, "Other S", public', "app.motto": "it's", "work_mem": "7MB"},
            ),
        )
    )  # fmt: skip

    said = ", ".join(f"current_setting('{setting}')" for setting in ("search_path", "app.motto", "work_mem"))
    asked = f"SELECT {said}, id FROM v"
    assert values(server.url(name, role=TOOL_ROLE), asked) == ('app, "Other S", public', "it's", "7MB", 7)
    asked = "SELECT to_regrole('\"reader é\"') IS NOT NULL, to_regtype('citext') IS NOT NULL"
    assert values(server.url(name), asked) == (True, True)
    assert database.is_marked(server, name)
    assert server.label.startswith("PostgreSQL")


def test_the_role_migrates_as_itself_and_owns_what_has_no_other_owner(prepared, settings, tmp_path):
    file = written(
        tmp_path,
        "1.sql",
        "CREATE TABLE plain (id serial PRIMARY KEY);\n"
        "CREATE TABLE theirs (id int); ALTER TABLE theirs OWNER TO others;\n"
        "CREATE FOREIGN DATA WRAPPER w;\nCREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';\n"
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
    )
    server, name = prepared(
        replace(
            settings, role=ROLE, statement_timeout="30s", lock_timeout="500ms",
            base=Base(roles=("others",), schemas=("app",), sql=(file,)),
        )
    )  # fmt: skip

    url = server.url(name, role=TOOL_ROLE)
    asked = "SELECT session_user, current_user, " + ", ".join(
        f"current_setting('{s}')" for s in ("is_superuser", "statement_timeout", "lock_timeout", "TimeZone", "jit")
    )
    assert values(url, asked) == (ROLE, ROLE, "off", "30s", "500ms", "Asia/Tokyo", "off")
    assert server.label.endswith(f"role {ROLE}")
    owners = (
        "SELECT (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()),"
        " (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'app'),"
        " (SELECT relowner::regrole::text FROM pg_class WHERE relname = 'plain'),"
        " (SELECT relowner::regrole::text FROM pg_class WHERE relname = 'theirs'),"
        " (SELECT evtowner::regrole::text FROM pg_event_trigger)"
    )
    assert values(server.url(name), owners) == (f'"{QUOTED}"', f'"{QUOTED}"', f'"{QUOTED}"', "others", "postgres")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        values(url, "TABLE theirs")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        values(url, "SELECT pg_read_file('PG_VERSION')")


def test_pgproof_reads_what_the_role_may_not_while_its_transaction_is_open(prepared, settings, tmp_path):
    file = written(
        tmp_path,
        "1.sql",
        "CREATE SCHEMA hidden; CREATE TABLE hidden.theirs (id serial PRIMARY KEY);"
        "INSERT INTO hidden.theirs DEFAULT VALUES;"
        "ALTER TABLE hidden.theirs OWNER TO others; ALTER SCHEMA hidden OWNER TO others;",
    )
    limited = replace(settings, role=ROLE, statement_timeout="300ms", base=Base(roles=("others",), sql=(file,)))
    server, name = prepared(limited)

    with database.connect(server.url(name, role=TOOL_ROLE)) as session:
        session.execute("BEGIN; CREATE TABLE mine (id int)")
        assert {t.identity for t in read(session).catalog.tables} == {"hidden.theirs", "public.mine"}
        assert [(p.sequence, p.rows) for p in positions(session)] == [("hidden.theirs_id_seq", 1)]
        asked = "SELECT current_user, current_setting('statement_timeout')"
        assert session.execute(asked).fetchone() == (ROLE, "300ms")
        with pytest.raises(psycopg.errors.QueryCanceled):
            session.execute("SELECT pg_sleep(1)")


def test_a_role_that_the_files_make_is_not_made_before(prepared, settings, tmp_path):
    file = written(tmp_path, "roles.sql", "CREATE ROLE app NOLOGIN;\nALTER ROLE app SET search_path = app, public;")
    server, name = prepared(replace(settings, role="app", base=Base(sql=(file,), schemas=("app",))))

    asked = "SELECT current_user, current_setting('search_path')"
    assert values(server.url(name, role=TOOL_ROLE), asked) == ("app", "app, public")


def test_what_pg_dump_writes_for_psql_alone_is_passed_over(prepared, settings, tmp_path):
    text = "\\restrict aBc\n\nSET search_path = '';\nCREATE TABLE public.t ();\n\\unrestrict aBc\n"
    dump = written(tmp_path, "d.sql", text)
    second = written(tmp_path, "e.sql", "CREATE TABLE u ();")  # the dump's search_path is gone
    server, name = prepared(replace(settings, base=Base(sql=(dump, second))))

    assert values(server.url(name), "SELECT 't'::regclass::text, 'u'::regclass::text") == ("t", "u")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sql": "SELECT 1;\nSELECT\n  nothing;"}, ["1.sql fails in line 3", "42703"]),
        ({"sql": "SELECT 1;\nCREATE ROLE x PASSWORD 'hunter2' NONSENSE;"}, ["1.sql fails in line 2"]),
        ({"sql": "BEGIN;\nSELECT 1;"}, ["1.sql fails"]),
        ({"sql": "CREATE TABLE t ();\nCOPY t FROM stdin;\n1\n\\.\n"}, ["1.sql copies from standard input in line 2"]),
        ({"extensions": ("nonesuch",)}, ["[base] extensions", "nonesuch"]),
        ({"settings": {"nonsense_setting": "1"}}, ["[base] settings", "nonsense_setting"]),
        ({"schemas": ("pg_mine",)}, ["[base] schemas", "pg_mine"]),
        ({"roles": ("pg_mine",)}, ["[base] roles", "pg_mine"]),
    ],
)
def test_a_base_that_cannot_be_made_is_said_with_its_place(prepared, settings, tmp_path, given, words):
    if "sql" in given:
        given = {"sql": (written(tmp_path, "1.sql", given["sql"]),)}
    with pytest.raises(UsageFault) as caught:
        prepared(replace(settings, base=Base(**given)))

    assert all(word in caught.value.message for word in words), caught.value.message
    assert caught.value.remedy
    assert "hunter2" not in str(caught.value)


def test_a_superuser_is_no_role_that_migrates(prepared, settings):
    with pytest.raises(UsageFault, match="is a superuser: it hides every missing right"):
        prepared(replace(settings, role="postgres"))


@pytest.mark.parametrize("text", ["soon", "5 parsecs", "-1", "1;2"])
def test_a_time_that_postgresql_would_not_take_is_refused_at_once(server, settings, text):
    with pytest.raises(UsageFault, match="lock_timeout must be a time"):
        base.prepare(server, replace(settings, lock_timeout=text))


def test_limits_alone_need_no_role(prepared, settings):
    server, name = prepared(replace(settings, statement_timeout="7s"))

    asked = "SELECT current_user::text, current_setting('statement_timeout')"
    assert values(server.url(name, role=TOOL_ROLE), asked) == (TOOL_ROLE, "7s")
    assert values(server.url(name), asked)[1] == "0"


def test_the_extensions_that_files_create_are_known_before_a_server_is_chosen(settings, tmp_path):
    file = written(tmp_path, "1.sql", "CREATE EXTENSION IF NOT EXISTS hstore;")

    assert base.extensions(replace(settings, base=Base(sql=(file,), extensions=("citext",)))) == {"hstore", "citext"}

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pgproof.errors import LostServer, ServerFault
from pgproof.server import TOOL_ROLE, Server, database
from pgproof.server.embedded import EmbeddedServer

ODD_NAMES = [
    'a "quoted" name',
    "it's",
    "UPPER lower",
    "データベース",
    "50%/?#&=@:\\",
    "${x} {y} %s :z",
    "host=elsewhere",
    "é" * 31,
]


@pytest.fixture(autouse=True)
def nothing_stays(each_server: EmbeddedServer) -> Iterator[None]:
    """Drop what a test made."""
    yield
    for name in database.marked(each_server):
        database.drop(each_server, name)


def one(server: Server, statement: str, *values: object) -> Any:
    row = server.maintenance().execute(statement, values).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_works(each_server: EmbeddedServer, name: str) -> None:
    with database.connect(database.create(each_server, name)) as session:
        session.execute("CREATE TABLE t AS SELECT 'ä' AS v")
        assert session.execute("SELECT current_database()").fetchone() == (name,)
    copy = f"2{name}"[:-1]
    with database.connect(database.clone(each_server, name, copy)) as session:
        assert session.execute("SELECT current_database(), v FROM t").fetchone() == (copy, "ä")
    assert {name, copy} <= set(database.marked(each_server))
    database.drop(each_server, name)
    assert not database.is_marked(each_server, name)
    assert database.is_marked(each_server, copy)


def test_a_name_that_postgresql_would_cut_is_refused(each_server: EmbeddedServer) -> None:
    with pytest.raises(ValueError, match="longer than 63 bytes"):
        database.create(each_server, "é" * 32)


def test_only_what_pgproof_made_is_marked(each_server: EmbeddedServer) -> None:
    database.create(each_server, "ours")
    each_server.maintenance().execute("CREATE DATABASE theirs")
    try:
        assert database.marked(each_server) == ("ours",)
    finally:
        database.drop(each_server, "theirs")


def test_a_clone_has_rows_and_sequences(each_server: EmbeddedServer) -> None:
    with database.connect(database.create(each_server, "a")) as session:
        session.execute("CREATE TABLE t (id serial, v text); INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 7)")
    with database.connect(database.clone(each_server, "a", "b")) as session:
        assert session.execute("SELECT count(*), nextval('t_id_seq') FROM t").fetchone() == (7, 8)


SETTINGS = "SELECT array_agg((setrole::regrole::text, setconfig) ORDER BY setrole) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = %s"  # noqa: E501 - one query
FACTS = "SELECT (datacl::text, pg_get_userbyid(datdba), datconnlimit, shobj_description(oid, 'pg_database'))::text FROM pg_database WHERE datname = %s"  # noqa: E501 - one query


def test_a_clone_gets_back_what_postgresql_leaves_behind(each_server: EmbeddedServer) -> None:
    database.create(each_server, "a")
    session = each_server.maintenance()
    session.execute('CREATE ROLE "the Owner"; CREATE ROLE reader')
    try:
        session.execute(
            """
            ALTER DATABASE a SET search_path = "my schema", '', public;
            ALTER DATABASE a SET statement_timeout = '5s';
            ALTER DATABASE a SET app.motto = 'it''s "quoted", indeed = yes';
            ALTER DATABASE a SET default_transaction_read_only = on;
            ALTER ROLE reader IN DATABASE a SET work_mem = '7MB';
            ALTER DATABASE a OWNER TO "the Owner";
            ALTER DATABASE a CONNECTION LIMIT 7;
            REVOKE CONNECT ON DATABASE a FROM PUBLIC;
            GRANT CREATE ON DATABASE a TO reader WITH GRANT OPTION;
            """
        )
        database.clone(each_server, "a", "b")
        assert one(each_server, SETTINGS, "a") == one(each_server, SETTINGS, "b")
        assert one(each_server, FACTS, "a") == one(each_server, FACTS, "b")
        assert "reader=C*/" in one(each_server, FACTS, "b")
        with database.connect(each_server.url("b")) as clone:
            assert clone.execute("SHOW search_path").fetchone() == ('"my schema", "", public',)
            assert clone.execute("SHOW app.motto").fetchone() == ('it\'s "quoted", indeed = yes',)
        with pytest.raises(psycopg.errors.DependentObjectsStillExist, match="privileges for database b"):
            session.execute("DROP ROLE reader")
    finally:
        database.drop(each_server, "a")
        database.drop(each_server, "b")
        session.execute('DROP ROLE "the Owner"; DROP ROLE reader')


def test_a_plain_clone_has_nothing_put_back(each_server: EmbeddedServer) -> None:
    database.create(each_server, "a")
    database.clone(each_server, "a", "b")
    assert one(each_server, SETTINGS, "b") is None
    assert one(each_server, FACTS, "b") == one(each_server, FACTS, "a")
    assert one(each_server, "SELECT datacl IS NULL FROM pg_database WHERE datname = %s", "b")


def test_a_clone_bears_the_mark_where_a_migration_changed_the_comment(each_server: EmbeddedServer) -> None:
    database.create(each_server, "a")
    each_server.maintenance().execute("COMMENT ON DATABASE a IS 'our app'")
    database.clone(each_server, "a", "b")
    comment = one(each_server, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", "b")
    assert comment == f"{database.MARK}\nour app"
    each_server.maintenance().execute("DROP DATABASE a")


def test_a_session_that_is_just_ending_is_waited_for(each_server: EmbeddedServer) -> None:
    session = database.connect(database.create(each_server, "a"))
    ending = threading.Timer(0.2, session.close)
    ending.start()
    database.clone(each_server, "a", "b")
    ending.join()
    assert session.closed
    assert database.is_marked(each_server, "b")


def test_a_template_in_use_is_said(each_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SESSIONS_SECONDS", 0.1)
    url = database.create(each_server, "a")
    with (
        database.connect(url),
        pytest.raises(ServerFault, match=r"'a' cannot be cloned .* pgproof \(postgres, pid \d+\)\."),
    ):
        database.clone(each_server, "a", "b")
    assert database.marked(each_server) == ("a",)


def test_a_template_that_is_not_there_is_said(each_server: EmbeddedServer) -> None:
    with pytest.raises(ServerFault, match="There is no database 'a'"):
        database.clone(each_server, "a", "b")


def test_drop_takes_the_sessions_along(each_server: EmbeddedServer) -> None:
    session = database.connect(database.create(each_server, "a"))
    database.drop(each_server, "a")
    database.drop(each_server, "a")
    assert database.marked(each_server) == ()
    with pytest.raises(LostServer):
        session.execute("SELECT 1")
    session.close()


def test_the_maintenance_session_is_one(each_server: EmbeddedServer) -> None:
    before = one(each_server, "SELECT pg_backend_pid()")
    database.create(each_server, "a")
    database.clone(each_server, "a", "b")
    assert one(each_server, "SELECT pg_backend_pid()") == before
    assert one(each_server, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'") == 1


class TestConnect:
    """What database.connect returns."""

    def test_a_database_in_another_encoding_gives_text(self, each_server: EmbeddedServer) -> None:
        session = each_server.maintenance()
        session.execute("CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        try:
            with database.connect(each_server.url("old")) as old:
                assert old.execute("SELECT 'ä', pg_client_encoding()").fetchone() == ("ä", "UTF8")
            session.execute("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
            with database.connect(each_server.url("ascii")) as plain:
                assert plain.execute("SELECT 'ä'::text").fetchone() == ("ä",)
        finally:
            database.drop(each_server, "old")
            database.drop(each_server, "ascii")

    def test_the_environment_of_libpq_is_left_out(
        self, each_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
        monkeypatch.setenv("PGAPPNAME", "elsewhere")
        monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
        monkeypatch.setenv("PGPORT", "1")
        monkeypatch.setenv("PGUSER", "elsewhere")
        monkeypatch.setenv("PGHOST", "elsewhere")
        monkeypatch.setenv("PGDATABASE", "elsewhere")
        with database.connect(database.create(each_server, "a")) as session:
            shown = session.execute(
                "SELECT current_setting('search_path'), current_setting('application_name'), "
                "pg_client_encoding(), current_user, current_database()"
            ).fetchone()
        assert shown == ('"$user", public', "pgproof", "UTF8", "postgres", "a")

    def test_a_transaction_can_be_wanted(self, each_server: EmbeddedServer) -> None:
        url = database.create(each_server, "a")
        with database.connect(url, autocommit=False) as session:
            session.execute("CREATE TABLE t ()")
            session.rollback()
        with database.connect(url) as session:
            assert session.autocommit
            assert session.execute("SELECT to_regclass('t')").fetchone() == (None,)

    def test_event_triggers_fire_for_the_role_that_migrates(self, each_server: EmbeddedServer) -> None:
        url = database.create(each_server, "a")
        with database.connect(each_server.url("a", role=TOOL_ROLE)) as tool:
            tool.execute(
                "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
                "CREATE EVENT TRIGGER no ON ddl_command_start EXECUTE FUNCTION no()"
            )
            with pytest.raises(psycopg.errors.RaiseException):
                tool.execute("CREATE TABLE t ()")
        with database.connect(url) as session:
            if each_server.version >= 170000:
                session.execute("CREATE TABLE t ()")
            else:
                with pytest.raises(psycopg.errors.RaiseException):
                    session.execute("CREATE TABLE t ()")

    def test_no_statement_is_prepared(self, each_server: EmbeddedServer) -> None:
        with database.connect(database.create(each_server, "a")) as session:
            session.execute("CREATE TABLE t AS SELECT 1 AS a")
            for _ in range(9):
                session.execute("SELECT * FROM t WHERE a = %s", [1])
            assert session.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
            session.execute("ALTER TABLE t ADD COLUMN b int")
            assert session.execute("SELECT * FROM t WHERE a = %s", [1]).fetchone() == (1, None)

    def test_a_refusal_is_the_servers_word(self, each_server: EmbeddedServer) -> None:
        with pytest.raises(ServerFault, match='database "nowhere" does not exist'):
            database.connect(each_server.url("nowhere"))
        with pytest.raises(ServerFault, match="'nobody here' into database 'postgres'"):
            database.connect(each_server.url("postgres", role="nobody here"))

    def test_a_password_is_not_repeated(self) -> None:
        with pytest.raises(LostServer) as caught:
            database.connect("postgresql://app:geheim@127.0.0.1:1/db?connect_timeout=2")
        assert "geheim" not in f"{caught.value}{caught.value.__cause__}"


def test_pytest_postgresql_serves_a_plain_database(postgresql: psycopg.Connection[Any], server: Server) -> None:
    postgresql.execute(sql.SQL("CREATE TABLE {} ()").format(sql.Identifier("t")))
    assert postgresql.info.server_version == server.version
    assert postgresql.info.dbname == "plain"


def test_the_shared_fixtures_give_an_empty_database(connection: psycopg.Connection[Any], database: str) -> None:
    assert connection.autocommit
    tables = connection.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone()
    assert tables == (0,)
    assert connection.info.dbname in database

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from pgproof.errors import LostServer
from pgproof.server import TOOL_ROLE, choose, claim, database, named
from pgproof.server.lost import serving as serving_at
from pgproof.server.named import NamedServer

from .conftest import ANY, AT_HAND, BORN_WITH, enter, within
from .tcp import PASSWORD, TcpServer, serving

pytestmark = pytest.mark.usefixtures("nothing_stays")


@pytest.fixture(params=["postgres", "ci"])
def each_user(tcp: TcpServer, request: pytest.FixtureRequest) -> Iterator[NamedServer]:
    server = enter(tcp.url(request.param))
    yield server
    server.close()


def name_of(server: NamedServer, what: str) -> str:
    return f"pgproof_{server.standing.run}_{what}"


def test_the_label_says_where_it_is_and_no_secret(named_server: NamedServer, tcp: TcpServer) -> None:
    release = AT_HAND[ANY].release
    assert named_server.label == f"PostgreSQL {release} (named, ci@127.0.0.1:{tcp.port})"
    assert named_server.version == AT_HAND[ANY].version
    assert PASSWORD not in repr(named_server.standing)


def test_choosing_by_url_gives_it(tcp: TcpServer) -> None:
    server = choose.start(
        server=tcp.url("ci"), pg_version=ANY, pg_bin=None, scratch=None, extensions=frozenset({"plpgsql"}),
        timezone="UTC",
    )  # fmt: skip
    assert isinstance(server, NamedServer)
    server.close()


def test_databases_are_made_cloned_marked_and_dropped(each_user: NamedServer, tcp: TcpServer) -> None:
    one, two = name_of(each_user, "öne"), name_of(each_user, 't"wo')
    with database.connect(database.create(each_user, one)) as session:
        session.execute("CREATE TABLE t AS SELECT 'ä' AS v")
    with database.connect(database.clone(each_user, one, two)) as session:
        assert session.execute("SELECT v FROM t").fetchone() == ("ä",)
    assert {o.name for o in claim.owned(each_user.maintenance())} == {one, two}
    database.drop(each_user, one)
    assert tcp.databases() == BORN_WITH | {two}
    each_user.close()
    assert tcp.databases() == BORN_WITH
    each_user.close()


def test_a_clone_gets_back_what_its_user_may_set(each_user: NamedServer, tcp: TcpServer) -> None:
    one, two = name_of(each_user, "one"), name_of(each_user, "two")
    database.create(each_user, one)
    session = each_user.maintenance()
    motto = """SET app.motto = 'it''s "quoted", indeed = yes'"""
    is_super = each_user.user == "postgres"  # others may not set what nobody declared
    session.execute(
        f"""
        ALTER DATABASE {one} SET search_path = "my schema", '', public;
        ALTER DATABASE {one} SET statement_timeout = '5s';
        {f"ALTER DATABASE {one} {motto};" if is_super else ""}
        ALTER DATABASE {one} SET "TimeZone" = 'Asia/Tokyo';
        ALTER ROLE CURRENT_USER IN DATABASE {one} SET work_mem = '7MB';
        ALTER DATABASE {one} CONNECTION LIMIT 7;
        COMMENT ON DATABASE {one} IS 'our app';
        REVOKE CONNECT ON DATABASE {one} FROM PUBLIC;
        GRANT CREATE, CONNECT ON DATABASE {one} TO nobody WITH GRANT OPTION;
        """
    )
    database.clone(each_user, one, two)
    facts = (
        "SELECT (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a)::text, datdba, datconnlimit,"
        " (SELECT array_agg((setrole, setconfig)::text ORDER BY setrole)"
        " FROM pg_db_role_setting s WHERE setdatabase = d.oid) FROM pg_database d WHERE datname = %s"
    )
    before, after = (session.execute(facts, [name]).fetchone() for name in (one, two))
    assert before == after
    assert before is not None
    assert "nobody=C*c*/" in before[0]
    assert session.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [two]
    ).fetchone() == (f"{claim.comment(each_user.standing.run)}\nour app",)
    assert {o.name for o in claim.owned(session)} == {two}  # the other one was stripped of both marks
    session.execute(f"DROP DATABASE {one}")


def test_nothing_else_is_ever_dropped(named_server: NamedServer, tcp: TcpServer) -> None:
    theirs = ["pgproof_mine", f"pgproof_{named_server.standing.run}_unmarked", "pgproof_0123abcd_walk", "app"]
    tcp.execute("DROP ROLE IF EXISTS other")
    for name in theirs:
        tcp.execute(f"CREATE DATABASE {name} OWNER ci")
    tcp.execute("COMMENT ON DATABASE app IS 'pgproof scratch database: it may be dropped at any time'")
    try:
        for name in theirs:
            database.drop(named_server, name)
        enter(tcp.url()).close()
        named_server.close()
        assert tcp.databases() == BORN_WITH | set(theirs)
    finally:
        for name in theirs:
            tcp.execute(f"DROP DATABASE {name}")


def test_a_dead_run_is_swept_and_a_living_one_is_not(named_server: NamedServer, tcp: TcpServer) -> None:
    dead = enter(tcp.url("ci"))
    living = name_of(named_server, "walk")
    database.create(named_server, living)
    database.create(dead, name_of(dead, "walk"))
    database.clone(dead, name_of(dead, "walk"), name_of(dead, "walk_again1"))
    dead.maintenance().close()
    assert within(5, lambda: len(list(claim._living(named_server.maintenance()))) == 1)  # noqa: SLF001 - its locks are freed
    other = enter(tcp.url("ci", "template1"))  # another maintenance database makes no difference
    try:
        assert tcp.databases() == BORN_WITH | {living}
        assert database.create(other, name_of(other, "x"))
    finally:
        other.close()
    assert tcp.databases() == BORN_WITH | {living}


def test_a_database_whose_maker_died_before_it_could_comment_is_swept(tcp: TcpServer) -> None:
    run = secrets.token_hex(4)
    tcp.execute(f"CREATE DATABASE pgproof_{run}_walk OWNER ci CONNECTION LIMIT {claim.limit(run)}")
    enter(tcp.url("ci")).close()
    assert tcp.databases() == BORN_WITH


def test_a_database_of_another_user_is_left_to_that_one(tcp: TcpServer) -> None:
    run = secrets.token_hex(4)
    tcp.execute(f"CREATE DATABASE pgproof_{run}_walk CONNECTION LIMIT {claim.limit(run)}")
    enter(tcp.url("ci")).close()
    assert len(tcp.databases()) == 4
    enter(tcp.url("postgres")).close()


def test_a_lost_maintenance_session_is_never_replaced(named_server: NamedServer, tcp: TcpServer) -> None:
    database.create(named_server, name_of(named_server, "walk"))
    pid = named_server.maintenance().info.backend_pid
    tcp.execute(f"SELECT pg_terminate_backend({pid})")
    with pytest.raises(LostServer):
        named_server.maintenance().execute("SELECT 1")
    with pytest.raises(LostServer, match="maintenance session"):
        named_server.maintenance()
    named_server.close()
    assert tcp.databases() == BORN_WITH


def test_the_tool_has_its_settings_and_other_sessions_none(named_server: NamedServer, tcp: TcpServer) -> None:
    asked = "SELECT " + ", ".join(
        f"current_setting('{name}')" for name in ("TimeZone", "jit", "max_parallel_workers_per_gather")
    )
    with database.connect(named_server.url("postgres", role=TOOL_ROLE)) as session:
        assert session.execute(asked).fetchone() == ("Asia/Tokyo", "off", "0")
    tcp.execute("ALTER ROLE ci SET statement_timeout = '1s'; ALTER ROLE ci SET idle_session_timeout = '1s'")
    try:
        with database.connect(named_server.url("postgres")) as session:
            timeouts = "SELECT current_setting('TimeZone'), current_setting('statement_timeout')"
            assert session.execute(timeouts).fetchone() == ("UTC", "0")
        again = enter(tcp.url("ci"))
        assert again.maintenance().execute("SHOW statement_timeout").fetchone() == ("0",)
        assert again.maintenance().execute("SHOW idle_session_timeout").fetchone() == ("0",)
        again.close()
    finally:
        tcp.execute("ALTER ROLE ci RESET ALL")


def test_it_answers_for_its_sessions(named_server: NamedServer) -> None:
    assert serving_at("127.0.0.1") is named_server
    assert named_server.why_lost() is None


def test_what_it_cannot_give_is_said(tcp: TcpServer) -> None:
    plain, super_ = enter(tcp.url("ci")), enter(tcp.url())
    try:
        assert any("ci is no superuser" in note for note in plain.standing.notes)
        assert super_.standing.notes == ()
    finally:
        plain.close()
        super_.close()


@pytest.mark.parametrize(
    "more", [pytest.param((), marks=pytest.mark.tools, id="fsync off"), pytest.param(("-cfsync=on",), id="fsync on")]
)
def test_databases_on_other_versions(more: tuple[str, ...]) -> None:
    with serving(AT_HAND[max(AT_HAND)], *more) as other:
        server = enter(other.url("ci"))
        assert ("fsync is on" in " ".join(server.standing.notes)) is bool(more)
        database.create(server, name_of(server, "one"))
        database.clone(server, name_of(server, "one"), name_of(server, "two"))
        assert len(claim.owned(server.maintenance())) == 2
        server.close()
        assert other.databases() == BORN_WITH


def test_roles_are_not_touched_without_leave(named_server: NamedServer, tcp: TcpServer) -> None:
    from pgproof.server import roles  # noqa: PLC0415 - beside its only use

    base = roles.survey(named_server)
    tcp.execute("CREATE ROLE later; ALTER ROLE ci SET work_mem = '7MB'")
    try:
        with roles.untouched(named_server, "postgres"):
            aside = roles.put_aside(named_server, base)
            roles.bring_back(named_server, base, aside)
            roles.drop_later(named_server, base)
            roles.leave(named_server, base)
        with tcp.connect() as session:
            assert session.execute("SELECT rolconfig FROM pg_roles WHERE rolname IN ('ci')").fetchone() == (
                ["work_mem=7MB"],
            )
            assert session.execute("SELECT 1 FROM pg_roles WHERE rolname = 'later'").fetchone()
        assert roles.appeared(named_server) == ()
    finally:
        tcp.execute("DROP ROLE later; ALTER ROLE ci RESET ALL")


def test_with_leave_only_what_the_history_makes_is_put_away_and_the_rest_named(tcp: TcpServer) -> None:
    from pgproof.server import roles  # noqa: PLC0415 - beside its only use

    server = enter(tcp.url(), allow_server_wide=True, roles=frozenset({"app"}))
    try:
        base = roles.survey(server)
        tcp.execute("CREATE ROLE app; CREATE ROLE others")
        aside = roles.put_aside(server, base)
        assert set(aside.names.values()) == {"app"}
        tcp.execute("CREATE ROLE app")  # the next database's
        roles.drop_later(server, base, but=aside)
        roles.bring_back(server, base, aside)
        roles.leave(server, base)
        assert roles.appeared(server) == ("app", "others")
    finally:
        server.close()
        tcp.execute("DROP ROLE app; DROP ROLE others")


def test_only_one_run_at_a_time_may_change_the_server(tcp: TcpServer) -> None:
    first = enter(tcp.url(), allow_server_wide=True)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(tcp.url(), autocommit=True) as second:
        second.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            claim.be_alone(second)  # type: ignore[arg-type]  # an ordinary session does
        assert second.execute(waiting).fetchone() == (0,)
        first.close()
        claim.be_alone(second)  # type: ignore[arg-type]  # an ordinary session does


def test_addresses_are_told_from_words() -> None:
    assert named.is_address("postgresql://db/x")
    assert named.is_address("host=db")
    assert not named.is_address("auto")

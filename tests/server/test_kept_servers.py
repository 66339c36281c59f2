"""A server whose data directory is kept: it goes on as it was, and a later one goes on from there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import ServerFault
from pgproof.server import TOOL_ROLE, cluster, kept
from pgproof.server.embedded import EmbeddedServer, start
from pgproof.server.kept import Kept
from pgproof.server.privileges import unprivileged
from pgproof.server.session import connect

from .conftest import ANY, AT_HAND, has_memory, within

MAKE = """
CREATE ROLE app LOGIN PASSWORD 'x' NOSUPERUSER;
CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 5000) g;
ALTER TABLE t OWNER TO app;
CREATE UNLOGGED TABLE u AS SELECT 1 AS id;
CREATE SEQUENCE s; SELECT nextval('s') FROM generate_series(1, 40);
"""
SEEN = "SELECT (SELECT sum(id) FROM t), (SELECT id FROM u), (SELECT last_value FROM s)"
HELD = (12502500, 1, 40)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pgproof" / "kept"


@pytest.fixture
def serve():
    begun: list[EmbeddedServer] = []

    def begin(from_kept: Kept | None = None, *, major: int = ANY, timezone: str = "UTC", scratch: Path | None = None):
        server = start(AT_HAND[major], scratch=scratch, timezone=timezone, from_kept=from_kept)
        begun.append(server)
        return server

    yield begin
    for server in begun:
        server.close()


def place() -> Kept:
    return kept.kept("base", {"of": "this test"})


def made(server: EmbeddedServer) -> EmbeddedServer:
    server.maintenance().execute("CREATE DATABASE base")
    with connect(server.url("base", role=TOOL_ROLE)) as session:
        session.execute(MAKE)
    return server


def held(server: EmbeddedServer) -> tuple[object, ...]:
    with connect(server.url("base", role=TOOL_ROLE)) as session:
        return tuple(session.execute(SEEN).fetchone())


def test_what_is_kept_is_begun_from_and_the_server_goes_on(open_dir, serve):
    first = made(serve())
    process = first.cluster.process.pid
    session = psycopg.connect(first.url("base"))

    assert first.keep_as(place())
    assert first.cluster.process.pid != process
    assert held(first) == HELD
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")
    first.maintenance().execute("CREATE DATABASE later")

    open_dir.chmod(0o1777)
    second = serve(place(), timezone="Asia/Tokyo", scratch=open_dir)
    assert second.came_from == place()
    assert held(second) == HELD
    (sockets,) = second.maintenance().execute("SHOW unix_socket_directories").fetchone()
    assert sockets.strip('"') == str(second.home.sockets)
    with connect(second.url("postgres", role=TOOL_ROLE)) as session:
        assert session.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)
        assert session.execute("SELECT 1 FROM pg_database WHERE datname = 'later'").fetchone() is None
    with connect(second.url("base", role="app")) as session:
        assert session.execute("SELECT count(*) FROM t").fetchone() == (5000,)
    assert held(first) == HELD


@pytest.mark.parametrize("major", sorted(AT_HAND))
def test_it_can_be_kept_from_what_was_kept_again_and_again(serve, major):
    server = made(serve(major=major))
    for _ in range(3):
        assert server.keep_as(place())
        server.close()
        server = serve(place(), major=major)
        assert server.came_from == place()
    text = (server.home.data / "postgresql.auto.conf").read_text() + (server.home.data / "postgresql.conf").read_text()

    assert held(server) == HELD
    assert text.count(cluster.CONFIGURATION) == 1
    assert (server.home.data / cluster.CONFIGURATION).read_text().count("unix_socket_directories") == 1
    assert str(server.home.sockets) not in text


def test_settings_of_alter_system_go_before_ours_and_stay(serve):
    first = made(serve())
    first.maintenance().execute("ALTER SYSTEM SET synchronous_commit = 'local'")
    assert first.keep_as(place())
    assert first.maintenance().execute("SHOW synchronous_commit").fetchone() == ("local",)

    assert serve(place()).maintenance().execute("SHOW synchronous_commit").fetchone() == ("local",)


def test_the_guard_takes_the_server_that_was_started_again(serve):
    server = made(serve())
    assert server.keep_as(place())
    pid, directories, lock = server.cluster.process.pid, server.home.directories, server.home.lock
    server.maintenance().close()
    server.guard.stdin.close()

    assert server.cluster.process.wait(20) is not None
    assert within(5, lambda: not any(path.exists() for path in (*directories, lock)))
    assert not has_memory(pid)


def test_a_lost_server_that_was_started_again_says_why(serve):
    server = made(serve())
    assert server.keep_as(place())
    server.cluster.process.kill()
    server.cluster.process.wait()

    assert "ended with -9" in server.why_lost()


def test_a_cluster_that_reaches_out_of_its_directory_is_not_kept(serve):
    server = made(serve())
    process = server.cluster.process.pid
    outside = server.home.root / "outside"
    subprocess.run(["install", "-d", "-o", str(server.home.data.stat().st_uid), "-m", "700", outside], check=True)
    server.maintenance().execute(f"CREATE TABLESPACE outside LOCATION '{outside}'")

    assert not server.keep_as(place())
    assert server.cluster.process.pid == process
    assert held(server) == HELD


def test_where_nothing_can_be_kept_the_server_is_not_stopped(serve, cache, monkeypatch):
    server = made(serve())
    process = server.cluster.process.pid
    monkeypatch.setattr(kept, "LEAST_FREE", 2**63)

    assert not server.keep_as(place())
    assert server.cluster.process.pid == process


def test_one_that_does_not_shut_down_does_not_go_on_as_another(serve, cache, monkeypatch):
    server = made(serve())
    monkeypatch.setattr(cluster, "STOP_SECONDS", 0)

    with pytest.raises(ServerFault, match="did not shut down within 0 s"):
        server.keep_as(place())
    assert not place().file.exists()


def test_one_that_does_not_serve_is_forgotten(open_dir, serve):
    server = made(serve())
    assert server.keep_as(place())
    open_dir.chmod(0o1777)
    assert place().unpack(open_dir / "data", unprivileged())
    (open_dir / "data" / "PG_VERSION").write_text("9.6\n")
    assert place().pack(open_dir / "data", unprivileged())

    second = serve(place())

    assert second.came_from != place()
    assert not place().file.exists()
    assert second.maintenance().execute("SELECT 1").fetchone() == (1,)


def test_a_link_that_a_migration_left_is_not_written_through(serve, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    server = made(serve())
    ours = server.home.data / cluster.CONFIGURATION
    ours.unlink()
    ours.symlink_to(victim)
    assert server.keep_as(place())

    assert held(server) == HELD
    assert victim.read_text() == "mine"

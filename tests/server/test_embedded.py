from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import LostServer, ServerFault, UsageFault
from pgproof.server import TOOL_ROLE, cluster, database, embedded
from pgproof.server.binaries import Binaries, probe
from pgproof.server.embedded import EmbeddedServer, start
from pgproof.server.kept import Kept
from pgproof.server.privileges import UNPRIVILEGED, Account, unprivileged

from .conftest import ANY, AT_HAND, SOURCES, has_memory, is_running

is_root = os.geteuid() == 0


def shown(server: EmbeddedServer, setting: str, role: str | None = None) -> str:
    with psycopg.connect(server.url("postgres", role=role)) as session:
        row = session.execute(f"SHOW {setting}").fetchone()
    assert row
    return str(row[0])


def test_the_label_says_version_source_and_place(each_server: EmbeddedServer) -> None:
    assert each_server.label.startswith(f"PostgreSQL {each_server.binaries.release} (embedded, ")
    assert each_server.version == each_server.maintenance().info.server_version


def test_nobody_listens_but_on_a_private_socket(each_server: EmbeddedServer) -> None:
    assert shown(each_server, "listen_addresses") == ""
    assert each_server.home.sockets.stat().st_mode & 0o777 == 0o700
    inodes = {
        target.removeprefix("socket:[").removesuffix("]")
        for link in Path(f"/proc/{each_server.cluster.process.pid}/fd").iterdir()
        if (target := str(link.readlink())).startswith("socket:")
    }
    tcp = Path("/proc/net/tcp").read_text(encoding="utf-8") + Path("/proc/net/tcp6").read_text(encoding="utf-8")
    assert inodes
    assert not inodes & {line.split()[9] for line in tcp.splitlines() if "local_address" not in line}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("synchronous_commit", "on"),
        ("autovacuum", "off"),
        ("restart_after_crash", "off"),
        ("server_encoding", "UTF8"),
        ("lc_messages", "C"),
        ("max_connections", "200"),
    ],
)
def test_settings_of_a_scratch_server(each_server: EmbeddedServer, setting: str, value: str) -> None:
    assert shown(each_server, setting) == value


@pytest.mark.parametrize(
    ("setting", "value", "elsewhere"),
    [
        ("jit", "off", "on"),
        ("max_parallel_workers_per_gather", "0", "2"),
        ("max_parallel_maintenance_workers", "0", "2"),
        ("TimeZone", "Asia/Tokyo", "UTC"),
        ("enable_seqscan", "on", "on"),
    ],
)
def test_settings_hang_on_the_role_that_migrates(
    each_server: EmbeddedServer, setting: str, value: str, elsewhere: str
) -> None:
    assert shown(each_server, setting, TOOL_ROLE) == value
    assert shown(each_server, setting) == elsewhere


@pytest.mark.skipif(not is_root, reason="only root has privileges to drop")
def test_root_runs_the_server_as_somebody_else(each_server: EmbeddedServer) -> None:
    status = Path(f"/proc/{each_server.cluster.process.pid}/status").read_text(encoding="utf-8")
    values = dict(line.split(":", 1) for line in status.splitlines())
    account = unprivileged()
    assert account.name == UNPRIVILEGED
    assert set(values["Uid"].split()) == {str(account.uid)}
    assert set(values["Gid"].split()) == {str(account.gid)}
    assert values["Groups"].split() == []
    assert each_server.home.data.stat().st_uid == account.uid


@pytest.mark.skipif(not is_root, reason="an ordinary user runs this whole file")
def test_an_ordinary_user_needs_no_privileges() -> None:
    account = unprivileged()
    script = """
        import os, sys
        from pathlib import Path
        from pgproof.server import choose, database
        os.setgroups([])
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[3]))
        server = choose.start(server="auto", pg_version=None, pg_bin=Path(sys.argv[1]), scratch=None,
                              extensions=frozenset(), timezone="UTC")
        database.create(server, "x")
        assert server.home.data.stat().st_uid == os.geteuid() != 0
        server.close()
        print("served", server.home.root.exists())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), AT_HAND[ANY].folder, str(account.gid), str(account.uid)],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join([str(SOURCES), *sys.path]), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "served False\n", done.stderr


def test_the_environment_does_not_leak_into_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:geheim@live/app")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    server = start(AT_HAND[ANY], scratch=None, timezone="UTC")
    try:
        environment = Path(f"/proc/{server.cluster.process.pid}/environ").read_bytes()
        path = server.maintenance().execute("SHOW search_path").fetchone()
    finally:
        server.close()
    assert b"geheim" not in environment
    assert path == ('"$user", public',)


def test_close_leaves_nothing_and_may_be_called_twice(own_server: EmbeddedServer) -> None:
    pid = own_server.cluster.process.pid
    left = (own_server.home.lock, *own_server.home.directories)
    assert own_server.home.root.exists()
    assert is_running(pid)
    own_server.close()
    own_server.close()
    assert not any(p.exists() for p in left)
    assert not is_running(pid)
    assert not is_running(own_server.guard.pid)


def test_a_forked_child_does_not_close_its_parents_server(own_server: EmbeddedServer) -> None:
    own_server.owner = os.getpid() + 1
    own_server.close()
    assert own_server.why_lost() is None
    own_server.owner = os.getpid()


def test_a_dead_server_says_why(own_server: EmbeddedServer) -> None:
    session = database.connect(database.create(own_server, "x"))
    assert own_server.why_lost() is None
    session.execute("DO $$ BEGIN RAISE LOG 'ALTER ROLE app PASSWORD ''geheim'''; END $$")
    os.kill(own_server.cluster.process.pid, signal.SIGQUIT)
    with pytest.raises(LostServer) as caught:
        session.execute("SELECT pg_sleep(5)")
    session.close()
    assert "received immediate shutdown request" in caught.value.message
    assert "geheim" not in str(caught.value)
    assert "ALTER ROLE app PASSWORD" in str(own_server.why_lost())


def test_a_killed_server_says_how_it_ended(own_server: EmbeddedServer) -> None:
    os.kill(own_server.cluster.process.pid, signal.SIGKILL)
    with pytest.raises(LostServer) as caught:
        database.create(own_server, "x")
    assert "ended with -9" in caught.value.message
    with pytest.raises(LostServer, match="ended with -9"):
        database.connect(own_server.url("postgres"))
    assert has_memory(own_server.cluster.process.pid)
    own_server.close()
    assert not has_memory(own_server.cluster.process.pid)


def test_an_unknown_time_zone_is_the_users_fault() -> None:
    with pytest.raises(UsageFault, match=r"no time zone 'Asia/Tokio'[^/]*\n.*Asia/Tokyo"):
        start(AT_HAND[ANY], scratch=None, timezone="Asia/Tokio")


@pytest.fixture
def broken(open_dir: Path) -> Callable[..., Binaries]:
    """Programs that do what a test says."""

    def make(*, initdb: str = 'mkdir "$2"', postgres: str = "exit 1") -> Binaries:
        bodies = {
            "initdb": initdb,
            "postgres": f'[ "$1" != --version ] || {{ echo "postgres (PostgreSQL) 17.1"; exit 0; }}\n{postgres}',
        }
        for name, body in bodies.items():
            (open_dir / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
            (open_dir / name).chmod(0o755)
        found = probe(open_dir, "broken", unprivileged())
        assert isinstance(found, Binaries)
        return found

    return make


def homes(monkeypatch: pytest.MonkeyPatch) -> list[EmbeddedServer]:
    """Return a list that fills with the servers that are made."""
    made: list[EmbeddedServer] = []
    serve = EmbeddedServer.serve

    def noted(server: EmbeddedServer, account: Account, timezone: str, from_kept: Kept | None) -> None:
        made.append(server)
        serve(server, account, timezone, from_kept)

    monkeypatch.setattr(EmbeddedServer, "serve", noted)
    return made


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(
    broken: Callable[..., Binaries], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = homes(monkeypatch)
    binaries = broken(postgres="echo \"FATAL: no luck, ALTER ROLE x PASSWORD 'geheim'\" >&2; exit 3")
    with pytest.raises(ServerFault) as caught:
        start(binaries, scratch=None, timezone="UTC")
    assert "PostgreSQL 17.1 (broken) does not start: it ended with 3" in caught.value.message
    assert "FATAL: no luck" in caught.value.message
    assert "geheim" not in str(caught.value)
    assert "--pgproof-pg-bin" in caught.value.remedy
    assert not any(d.exists() for d in (made[0].home.lock, *made[0].home.directories))


def test_an_initdb_that_fails_is_repeated_to_the_user(
    broken: Callable[..., Binaries], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = homes(monkeypatch)
    with pytest.raises(ServerFault, match="initdb ends with 1:\nthe moon is full"):
        start(broken(initdb="echo the moon is full; exit 1"), scratch=None, timezone="UTC")
    assert not made[0].home.root.exists()


def test_a_server_that_lets_nobody_in_is_given_up(
    broken: Callable[..., Binaries], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "START_SECONDS", 0.2)
    made = homes(monkeypatch)
    with pytest.raises(ServerFault, match="lets nobody in"):
        start(broken(postgres="echo $$; sleep 30"), scratch=None, timezone="UTC")
    assert not made[0].home.root.exists()


def test_a_system_without_c_utf8_falls_back_to_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LOCALES", ("xx_XX.UTF-8", "C"))
    server = start(AT_HAND[ANY], scratch=None, timezone="UTC")
    try:
        row = server.maintenance().execute("SELECT datcollate FROM pg_database WHERE datname = 'postgres'").fetchone()
    finally:
        server.close()
    assert row == ("C",)


def test_an_interrupt_while_starting_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = homes(monkeypatch)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "create_tool_role", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(AT_HAND[ANY], scratch=None, timezone="UTC")
    assert not any(d.exists() for d in (made[0].home.lock, *made[0].home.directories))


@pytest.mark.skipif(not is_root, reason="only root has privileges to drop")
def test_programs_in_a_closed_home_are_brought_along(tmp_path: Path) -> None:
    wheels = [b for b in AT_HAND.values() if b.folder.parent.name == "pginstall"]
    if not wheels:
        pytest.skip("no wheel with PostgreSQL is installed")
    package = wheels[0].folder.parents[1]
    tmp_path.chmod(0o700)
    shutil.copytree(package, tmp_path / package.name, symlinks=True, copy_function=os.link)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, tmp_path / libraries.name, symlinks=True, copy_function=os.link)
    found = probe(tmp_path / package.name / "pginstall" / "bin", "closed", unprivileged())
    assert isinstance(found, Binaries)
    assert not found.is_enterable
    server = start(found, scratch=None, timezone="UTC")
    programs = server.binaries.folder
    server.close()
    assert tmp_path not in programs.parents
    assert not programs.exists()
    assert tmp_path.stat().st_mode & 0o777 == 0o700

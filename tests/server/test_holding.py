"""A server that is asked to hold something begins with what an earlier run has kept of just that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import ServerFault
from pgproof.server import Server, choose, cluster, database, kept, remaining
from pgproof.server.embedded import EmbeddedServer
from pgproof.server.named import NamedServer
from pgproof.server.prepared import Prepared

from .conftest import ANY, AT_HAND, SOURCES, has_memory, is_running, within

WHAT = {"files": ["0001", "abc"], "seed": 1}
KEEPER = """
    import os, signal, sys, time
    from pgproof.server import choose, database, kept
    server = choose.start(
        server="embedded", pg_version=int(sys.argv[1]), pg_bin=None, scratch=None,
        extensions=frozenset(), timezone="UTC", holding={"of": "a keeper"},
    )
    database.empty(server, "held")
    print(server.home.lock, *server.home.directories, flush=True)
    if sys.argv[2] == "while it packs":
        kept.Kept.pack = lambda *_: time.sleep(60)
    server.keep_holding()
    print(server.cluster.process.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where things are kept in this test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pgproof" / "kept"


@pytest.fixture
def serve() -> Iterator[Callable[..., EmbeddedServer]]:
    """Return how a server is asked for that holds something."""
    begun: list[EmbeddedServer] = []

    def begin(holding: object = WHAT, *, major: int = ANY, timezone: str = "UTC") -> EmbeddedServer:
        server = choose.start(
            server="embedded",
            pg_version=major,
            pg_bin=None,
            scratch=None,
            extensions=frozenset(),
            timezone=timezone,
            holding=holding,  # type: ignore[arg-type]  # None, or the parts
        )
        assert isinstance(server, EmbeddedServer)
        begun.append(server)
        return server

    yield begin
    for server in begun:
        server.close()


def filled(server: EmbeddedServer) -> EmbeddedServer:
    database.empty(server, "held")
    with psycopg.connect(server.url("held")) as session:
        session.execute("CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 100) g")
    return server


def held(server: Server) -> list[str]:
    return [name for name in database.marked(server) if name == "held"]


@pytest.mark.parametrize("major", sorted(AT_HAND))
def test_the_second_run_begins_with_what_the_first_has_kept(serve: Callable[..., EmbeddedServer], major: int) -> None:
    first = filled(serve(major=major))
    assert not first.is_restored
    first.keep_holding()
    assert held(first) == ["held"]
    first.close()

    second = serve(major=major)
    assert second.is_restored
    with psycopg.connect(second.url("held")) as session:
        assert session.execute("SELECT count(*) FROM t").fetchone() == (100,)
    database.clone(second, "held", "copy")
    process = second.cluster.process.pid  # type: ignore[union-attr]  # it serves
    second.keep_holding()
    assert second.cluster.process.pid == process  # type: ignore[union-attr]  # what is kept is not kept again


def test_what_it_does_not_hold_is_not_taken(serve: Callable[..., EmbeddedServer]) -> None:
    filled(serve()).keep_holding()

    assert not serve({**WHAT, "seed": 2}).is_restored
    assert not serve(None).is_restored
    assert serve().is_restored


@pytest.mark.parametrize("what", [{**WHAT, "seed": 2}, {**WHAT, "more": None}, {"seed": 1}, {}])
def test_each_part_of_what_it_holds_counts(what: dict[str, object]) -> None:
    assert cluster.holding(AT_HAND[ANY], "UTC", what) != cluster.holding(AT_HAND[ANY], "UTC", WHAT)


@pytest.mark.parametrize("part", ["timezone", "extensions", "programs", "arguments"])
def test_each_part_of_the_server_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    before = cluster.holding(AT_HAND[ANY], "UTC", WHAT)
    assert cluster.holding(AT_HAND[ANY], "UTC", dict(reversed(WHAT.items()))) == before
    if part == "extensions":
        monkeypatch.setattr(cluster, "directories", lambda _: (tmp_path,))
    if part == "programs":
        monkeypatch.setattr(cluster, "programs", lambda binaries: {**kept.programs(binaries), "release": "0.0"})
    if part == "arguments":
        monkeypatch.setattr(cluster, "INITDB", (*cluster.INITDB, "--no-sync"))

    assert cluster.holding(AT_HAND[ANY], "Asia/Tokyo" if part == "timezone" else "UTC", WHAT) != before


def test_a_new_extension_on_the_machine_is_another_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "directories", lambda _: (tmp_path,))
    before = cluster.holding(AT_HAND[ANY], "UTC", WHAT)
    assert cluster.holding(AT_HAND[ANY], "UTC", WHAT) == before

    (tmp_path / "hypopg.control").touch()
    os.utime(tmp_path, (1, 1))

    assert cluster.holding(AT_HAND[ANY], "UTC", WHAT) != before


def test_without_being_asked_nothing_is_kept(serve: Callable[..., EmbeddedServer], cache: Path) -> None:
    server = serve(None)
    process = server.cluster.process.pid  # type: ignore[union-attr]  # it serves
    server.keep_holding()

    assert server.cluster.process.pid == process  # type: ignore[union-attr]  # it was not stopped for nothing
    assert not list(cache.glob("holding-*"))


def test_what_a_restart_would_change_is_not_kept(serve: Callable[..., EmbeddedServer], cache: Path) -> None:
    server = filled(serve())
    process = server.cluster.process.pid  # type: ignore[union-attr]  # it serves
    server.maintenance().execute("ALTER SYSTEM SET listen_addresses = '*'")
    server.keep_holding()

    assert server.cluster.process.pid == process  # type: ignore[union-attr]  # else it would listen to all now
    assert not list(cache.glob("holding-*"))


def test_a_server_that_does_not_come_back_is_a_fault(
    serve: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = filled(serve())
    monkeypatch.setitem(cluster.SETTINGS, "no_such_setting", "1")

    with pytest.raises(ServerFault, match="no_such_setting"):
        server.keep_holding()
    server.close()
    assert not server.home.root.exists()


def test_whoever_wraps_a_server_passes_it_on(serve: Callable[..., EmbeddedServer]) -> None:
    inner = filled(serve())
    outer = Prepared(
        Prepared(inner, template=None, role=None, settings={}), template="held", role=None, settings={"a.b": "c"}
    )
    outer.keep_holding()

    assert remaining.own(outer) is inner
    assert not outer.is_restored
    assert Prepared(serve(), template=None, role=None, settings={}).is_restored


def test_of_a_server_of_others_nothing_is_kept(named_server: NamedServer, cache: Path) -> None:
    named_server.keep_holding()

    assert not named_server.is_restored
    assert not cache.exists()
    assert named_server.maintenance().execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("moment", ["while it packs", "when it serves again"])
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_an_owner_that_dies_meanwhile_leaves_nothing(moment: str, sign: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "\n".join(line[4:] for line in KEEPER.splitlines()), str(ANY), moment],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(SOURCES), *sys.path])},
    ) as process:
        assert process.stdout
        left = [Path(word) for word in process.stdout.readline().split()]
        data = next(path for path in left if (path / "data").is_dir()) / "data"
        if moment == "while it packs":
            pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            assert within(10, lambda: not (data / "postmaster.pid").exists())
        else:
            pid = int(process.stdout.readline())
        process.send_signal(sign)

    assert within(5, lambda: not any(path.exists() for path in left))
    assert within(5, lambda: not is_running(pid) and not has_memory(pid))

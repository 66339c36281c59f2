"""Servers, owners and places of the server room's tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgproof.server import named
from pgproof.server.binaries import Binaries, at_hand
from pgproof.server.embedded import EmbeddedServer, start
from pgproof.server.named import NamedServer
from pgproof.server.privileges import unprivileged

from .tcp import TcpServer, serving

SOURCES = Path(__file__).parents[2] / "src"
OWNER = """
    import sys, time
    from pathlib import Path
    from pgproof.server import embedded
    from pgproof.server.binaries import probe
    from pgproof.server.privileges import unprivileged
    binaries = probe(Path(sys.argv[1]), "test", unprivileged())
    server = embedded.start(binaries, scratch=Path(sys.argv[2]) if len(sys.argv) > 2 else None, timezone="UTC")
    server.maintenance().execute("SELECT 1")
    print(server.guard.pid, server.cluster.process.pid, server.home.lock, *server.home.directories, flush=True)
    time.sleep(60)
"""


def at_hand_by_major() -> dict[int, Binaries]:
    """Return one usable PostgreSQL of each major version."""
    found = [b for b in at_hand(unprivileged()) if isinstance(b, Binaries)]
    return {b.major: b for b in reversed(found)}


AT_HAND = at_hand_by_major()
ANY = min(AT_HAND)
BORN_WITH = {"postgres", "template0", "template1"}


@pytest.fixture(scope="module", params=[pytest.param(b, id=f"pg{major}") for major, b in sorted(AT_HAND.items())])
def each_server(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """Yield a server of every major version at hand, one after the other."""
    server = start(request.param, scratch=None, timezone="Asia/Tokyo")
    yield server
    server.close()


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """Yield a server that a test may ruin."""
    server = start(AT_HAND[ANY], scratch=None, timezone="UTC")
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pgproof" / "kept"


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """Yield a directory that every account may enter; pytest's own are closed to the server's."""
    path = Path(tempfile.mkdtemp(prefix="test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def small_disk(open_dir: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a tmpfs of so many MB, which everybody may write."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        place = open_dir / f"disk{len(mounted)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777", "tmpfs", place],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.decode().strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", place], check=True)


@dataclass(frozen=True)
class Owner:
    """Another process that owns a server."""

    process: subprocess.Popen[str]
    guard: int
    server: int
    left: tuple[Path, ...]

    def end(self, sign: signal.Signals) -> None:
        self.process.send_signal(sign)
        self.process.wait(timeout=20)

    def is_gone(self) -> bool:
        return not any(p.exists() for p in self.left) and not is_running(self.server) and not has_memory(self.server)


@pytest.fixture
def owner() -> Iterator[Callable[..., Owner]]:
    """Start a process that owns a server."""
    owners: list[Owner] = []

    def begin(*scratch: Path) -> Owner:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(OWNER), AT_HAND[ANY].folder, *scratch],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(SOURCES), *sys.path])},
        )
        assert process.stdout
        with process.stdout as said:
            guard, server, *left = said.readline().split()
        owners.append(Owner(process, int(guard), int(server), tuple(Path(p) for p in left)))
        return owners[-1]

    yield begin
    for each in owners:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)
        assert within(5, each.is_gone), f"left behind: {each}"


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def has_memory(pid: int) -> bool:
    """Whether a shared memory segment that a process made is still there."""
    table = Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()
    creator = table[0].split().index("cpid")
    return str(pid) in [line.split()[creator] for line in table[1:]]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="package")
def tcp() -> Iterator[TcpServer]:
    """Yield a server of somebody else, the oldest at hand."""
    with serving(AT_HAND[ANY]) as server:
        yield server


@pytest.fixture
def nothing_stays(tcp: TcpServer) -> Iterator[None]:
    """Demand that a test leaves no database behind."""
    yield
    left = tcp.databases() - BORN_WITH
    for name in left:
        tcp.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert left == set()


@pytest.fixture
def named_server(tcp: TcpServer) -> Iterator[NamedServer]:
    """Yield that server, entered as a user that may create databases and nothing more."""
    server = enter(tcp.url("ci"))
    yield server
    server.close()


def enter(url: str, **more: object) -> NamedServer:
    """Enter a server as a run does."""
    given = {"pg_version": None, "extensions": frozenset(), "timezone": "Asia/Tokyo"} | more
    return named.start(url, **given)  # type: ignore[arg-type]  # a test's own words

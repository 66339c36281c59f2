"""What is known of containers before there is one, and what needs no engine."""

from __future__ import annotations

import fcntl
import hashlib
import http.server
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from pgproof.errors import ServerFault, UsageFault
from pgproof.server import choose, container
from pgproof.server.cluster import SETTINGS
from pgproof.server.container import engine, life, login, reaching, starting
from pgproof.tool.logged import LINE_PREFIX

from .tcp import TcpServer

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what an engine says
ASKED = {"pg_version": None, "needed": frozenset[str](), "timezone": "UTC"}


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home of an account that has set up nothing."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def answering(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[str]]]:
    """Let an engine answer every question with a status; return what it is asked."""
    running: list[socketserver.UnixStreamServer] = []
    asked: list[str] = []

    def answer(status: int) -> list[str]:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def address_string(self) -> str:
                return "test"

            def log_message(self, *_: object) -> None:
                pass

        place = nowhere / "engine.sock"
        running.append(socketserver.UnixStreamServer(str(place), Handler))
        threading.Thread(target=running[0].serve_forever, args=(0.01,)).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{place}")
        return asked

    yield answer
    for server in running:
        server.shutdown()
        server.server_close()


def put_context(home: Path, host: str) -> None:
    meta = home / ".docker" / "contexts" / "meta" / hashlib.sha256(b"rootless").hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": "rootless", "Endpoints": {"docker": {"Host": host}}}))
    (home / ".docker" / "config.json").write_text(json.dumps({"currentContext": "rootless"}))


def test_the_engine_is_where_testcontainers_finds_it(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine.address() == "unix:///var/run/docker.sock"
    put_context(nowhere, "unix:///run/user/1000/docker.sock")
    assert engine.address() == "unix:///run/user/1000/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine:2375")
    assert engine.address() == "tcp://engine:2375"
    (nowhere / ".testcontainers.properties").write_text("ryuk.disabled = true\ntc.host = unix:///elsewhere.sock\n")
    assert engine.address() == "unix:///elsewhere.sock"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"currentContext": 1}', '{"currentContext": "gone"}'])
def test_a_configuration_that_says_nothing_is_none(nowhere: Path, text: str) -> None:
    (nowhere / ".docker").mkdir()
    (nowhere / ".docker" / "config.json").write_text(text)
    assert engine.address() == engine.USUAL


@pytest.mark.parametrize(("status", "said"), [(200, "ready"), (404, "lacking"), (500, "absent")])
def test_an_engine_is_asked_for_the_image(answering: Callable[[int], list[str]], status: int, said: str) -> None:
    asked = answering(status)
    assert engine.answer("registry.example/postgres:17") == said
    assert asked == ["/images/registry.example/postgres:17/json"]


def test_a_registry_of_the_environment_is_part_of_the_name(
    answering: Callable[[int], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", "mirror.example/")
    asked = answering(404)
    note = container.start_at_hand(image=None, **ASKED)
    assert asked == ["/images/mirror.example/postgres:17.10/json"]
    assert isinstance(note, str)
    assert "(docker pull mirror.example/postgres:17.10)" in note


def test_an_engine_that_is_silent_is_none(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pgproof.server.container import asking  # noqa: PLC0415 - the seconds of it

    monkeypatch.setattr(asking, "SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(nowhere / "deaf.sock"))
        deaf.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{nowhere}/deaf.sock")
        assert engine.answer("postgres:17") == "absent"


@pytest.mark.parametrize(
    "address", ["unix:///nowhere.sock", "tcp://127.0.0.1:1", "ssh://engine", "npipe:////./pipe/x", "fd://", "nonsense"]
)
def test_where_no_engine_answers_nothing_is_said(nowhere: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    assert container.start_at_hand(image=None, **ASKED) == ""


def test_a_machine_without_an_engine_loads_nothing_for_it(nowhere: Path) -> None:
    program = (
        "import sys; from pgproof.server import container\n"
        "assert container.start_at_hand(image=None, pg_version=None, needed=frozenset(), timezone='UTC') == ''\n"
        "print([m for m in ('docker', 'testcontainers', 'http.client', 'requests') if m in sys.modules])"
    )
    environ = os.environ | {"DOCKER_HOST": f"unix://{nowhere}/none.sock", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_without_testcontainers_auto_asks_nobody(
    answering: Callable[[int], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(404)
    monkeypatch.setattr(engine, "is_wanted", lambda: False)
    assert container.start_at_hand(image=None, **ASKED) == ""
    assert asked == []


def test_without_testcontainers_a_container_is_the_users_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "is_wanted", lambda: False)
    with pytest.raises(UsageFault, match=r"pip install 'pgproof\[container\]'"):
        container.start(image=None, **ASKED)


def test_an_engine_that_is_not_there_is_one_message(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("testcontainers")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{nowhere}/none.sock")
    with pytest.raises(ServerFault, match=f"No engine of containers answers at unix://{nowhere}/none.sock"):
        container.start(image=None, **ASKED)


def test_images_are_pinned_and_those_of_unknown_versions_have_to_be_named() -> None:
    assert all(name.startswith(f"postgres:{major}.") for major, name in container.IMAGES.items())
    assert container.image_of(None) == container.IMAGES[17]
    with pytest.raises(UsageFault, match="No image of PostgreSQL 99 is known"):
        container.image_of(99)


@pytest.mark.parametrize("words", [{"pg_bin": Path("/nowhere")}, {"keep": True}], ids=["pg_bin", "keep"])
def test_auto_takes_no_container_where_it_would_not_do(words: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise AssertionError

    def chosen(**_: object) -> None:
        raise ServerFault("embedded", "")

    monkeypatch.setattr(container, "start_at_hand", refuse)
    monkeypatch.setattr(choose, "choose", chosen)
    given = {"pg_version": None, "pg_bin": None, "scratch": None, "extensions": frozenset(), "timezone": "UTC"}
    with pytest.raises(ServerFault, match="embedded"):
        choose.start(server="auto", **(given | words))


def test_its_settings_are_those_of_an_embedded_server() -> None:
    own = {"listen_addresses", "logging_collector"}
    for name, value in SETTINGS.items():
        if name not in own:
            assert starting.COMMAND[name] == value.strip("'")
    assert starting.COMMAND["log_line_prefix"] == LINE_PREFIX
    assert starting.COMMAND["logging_collector"] == "on"
    assert list(starting.initdb_words()) == ["--encoding=UTF8", "--lc-messages=C"]


def test_a_life_sign_tells_the_dead_from_the_living(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sign = life.live()
    labels = sign.labels
    assert not life.is_dead(labels)
    for label, other in ((life.OWNER, "0@elsewhere"), (life.PLACE, "mnt:[1]")):
        os_view = labels | {label: other, life.LOCK: str(tmp_path / "not there")}
        assert not life.is_dead(os_view), f"{label}: nobody can tell"
    assert not life.is_dead({})
    assert life.is_dead(labels | {life.BOOT: "before"})
    assert life.is_dead(labels | {life.LOCK: str(tmp_path / "not there")})
    sign.end(is_gone=False)
    assert life.is_dead(labels)
    assert list(tmp_path.iterdir()) == [sign.lock]


def test_a_lock_that_is_no_life_sign_condemns_nobody(tmp_path: Path) -> None:
    place = life.here() | {life.RUN: "x"}
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        assert not life.is_dead(place | {life.LOCK: str(tmp_path / name)})
    with (tmp_path / "file").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not life.is_dead(place | {life.LOCK: str(tmp_path / "file")})
    assert life.is_dead(place | {life.LOCK: str(tmp_path / "file")})


def test_a_sign_goes_with_its_container(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sign = life.live()
    sign.end(is_gone=True)
    assert list(tmp_path.iterdir()) == []


def test_a_role_logs_in_with_what_the_verifier_was_made_of(tcp: TcpServer) -> None:
    secret = login.password()
    tcp.execute(f"CREATE ROLE visitor LOGIN PASSWORD '{login.verifier(secret)}'")
    try:
        psycopg.connect(tcp.url("visitor", password=secret)).close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(tcp.url("visitor", password=login.password()))
    finally:
        tcp.execute("DROP ROLE visitor")


def fake(mode: str, host: str, *, pool: dict[str, str] | None = None) -> SimpleNamespace:
    bridge = SimpleNamespace(attrs={"IPAM": {"Config": [pool or {"Subnet": "172.17.0.0/16"}]}})
    inner = SimpleNamespace(networks=SimpleNamespace(get=lambda _: bridge))
    client = SimpleNamespace(get_connection_mode=lambda: SimpleNamespace(name=mode), host=lambda: host, client=inner)
    return SimpleNamespace(get_docker_client=lambda: client, ports=None, get_container_host_ip=lambda: "172.18.0.2")


def bound(made: SimpleNamespace, *where: str) -> SimpleNamespace:
    ports = {"5432/tcp": [{"HostIp": ip, "HostPort": str(30000 + n)} for n, ip in enumerate(where)]}
    made.get_wrapped_container = lambda: SimpleNamespace(reload=lambda: None, ports=ports)
    return made


@pytest.mark.parametrize(
    ("made", "ports"),
    [
        (fake("docker_host", "localhost"), ("127.0.0.1", None)),
        (fake("docker_host", "engine.example"), None),
        (fake("gateway_ip", "localhost"), [("127.0.0.1", None), ("172.17.0.1", None)]),
        (fake("gateway_ip", "localhost", pool={"Subnet": "10.1.0.0/16", "Gateway": "10.1.0.9"}),
         [("127.0.0.1", None), ("10.1.0.9", None)]),
    ],
    ids=["here", "elsewhere", "a container beside it", "with a gateway"],
)  # fmt: skip
def test_a_port_is_open_to_no_more_than_is_needed(made: SimpleNamespace, ports: object) -> None:
    reaching.publish(made)  # type: ignore[arg-type]  # as far as it is asked
    assert made.ports == {"5432/tcp": ports}


def test_on_a_common_network_no_port_is_open() -> None:
    made = fake("bridge_ip", "localhost")
    reaching.publish(made)  # type: ignore[arg-type]  # as far as it is asked
    assert made.ports == {}
    assert reaching.places(made) == [("172.18.0.2", 5432)]  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(
    ("made", "places"),
    [
        (bound(fake("docker_host", "localhost"), "127.0.0.1"), [("127.0.0.1", 30000)]),
        (bound(fake("docker_host", "localhost"), EVERYWHERE, "::"), [("127.0.0.1", 30000), ("127.0.0.1", 30001)]),
        (bound(fake("docker_host", "engine.example"), EVERYWHERE), [("engine.example", 30000)]),
        (bound(fake("gateway_ip", "localhost"), "127.0.0.1", "172.17.0.1"),
         [("127.0.0.1", 30000), ("172.17.0.1", 30001)]),
    ],
    ids=["here", "here, everywhere", "elsewhere", "a container beside it"],
)  # fmt: skip
def test_a_server_is_sought_where_its_port_is_bound(made: SimpleNamespace, places: list[tuple[str, int]]) -> None:
    assert reaching.places(made) == places  # type: ignore[arg-type]  # as far as it is asked

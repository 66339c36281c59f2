"""Whole runs on a server in a container: what they show is what an embedded server shows, and nothing stays."""

from __future__ import annotations

import ipaddress
import os
import signal
import threading
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from .conftest import AT_HAND, within
from .container_runs import begin_in_walk, container, demand_clean, password, project
from .containers import IMAGE, engine, ours
from .runs import COMMAND, PYTEST, Project, end, ended
from .test_named_runs import GOOD, SLEEPS

pytestmark = pytest.mark.container

ROOT = Path(__file__).parents[2]
__all__ = ["engine", "project"]


def results(project: Project, *words: str) -> set[tuple[str, str, str]]:
    """Verify this repository's own migrations; return what was found, as (check, subject, outcome)."""
    out = project.root / "results.xml"
    run = project.run(str(ROOT / "migrations"), f"--junit-xml={out}", *words)
    demand_clean(run.text)
    assert run.code == 0, run.text
    cases = [case.iter("property") for case in ET.parse(out).iter("testcase")]  # noqa: S314 - our own report
    named = [{p.attrib["name"]: p.attrib["value"] for p in case} for case in cases]
    return {(p["check"], p["subject"], p["outcome"]) for p in named if "check" in p}


@pytest.mark.skipif(15 not in AT_HAND, reason="no PostgreSQL 15 is installed to compare with")
def test_the_same_is_found_as_on_an_embedded_server(project: Project, engine: Any) -> None:
    own = {"PGPROOF_SERVER": "embedded", "PGPROOF_PG_BIN": str(AT_HAND[15].folder)}
    expected = results(Project(project.root, project.more | own))
    assert len(expected) > 100
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            seen.update(ours(engine, project))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        assert results(project) == expected
        assert len(seen) == 1
        assert results(project, "-n", "2") == expected
    finally:
        over.set()
        watcher.join()
    assert len(seen) == 2, "one container for all workers"


@pytest.mark.parametrize(("line", "words"), [(COMMAND, ("-n", "2")), (PYTEST, ())], ids=["command -n 2", "pytest"])
def test_a_run_holds_and_leaves_nothing(project: Project, line: list[str], words: tuple[str, ...]) -> None:
    run = project.run(*words, line=line)
    assert run.code == 0, run.text
    demand_clean(run.text)


def test_the_header_says_what_it_is(project: Project) -> None:
    run = project.run()
    assert f"(container, {IMAGE})" in run.text, run.text


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
def test_an_interrupted_walk_leaves_nothing(project: Project, engine: Any, sign: signal.Signals) -> None:
    run = end(begin_in_walk(project, engine, "-n", "2"), sign)
    assert run.code == 2, run.text
    demand_clean(run.text)
    assert ours(engine, project) == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
def test_an_interrupted_start_leaves_nothing(project: Project, engine: Any, sign: signal.Signals) -> None:
    process = project.begin()
    assert within(30, lambda: bool(ours(engine, project)))
    run = end(process, sign)
    assert run.code == 2, run.text
    demand_clean(run.text)


def test_a_second_ctrl_c_is_no_worse(project: Project, engine: Any) -> None:
    process = begin_in_walk(project, engine)
    for _ in range(3):
        os.killpg(process.pid, signal.SIGINT)
    ended(process)
    assert ours(engine, project) == []


def test_what_a_killed_run_leaves_the_next_one_takes(project: Project, engine: Any) -> None:
    process = begin_in_walk(project, engine)
    process.kill()
    process.communicate()
    assert len(ours(engine, project)) == 1
    for name in SLEEPS:
        (project.root / name).unlink()
    run = project.run()
    assert run.code == 0, run.text
    assert ours(engine, project) == []


def test_a_run_that_lives_is_left_alone(project: Project, engine: Any, tmp_path: Path) -> None:
    process = begin_in_walk(project, engine)
    (first,) = ours(engine, project)
    other = Project(tmp_path / "other", project.more)
    other.write(GOOD)
    assert other.run().code == 0
    assert ours(engine, project) == [first]
    assert end(process, signal.SIGINT).code == 2


def test_the_password_is_random_and_nowhere_to_be_seen(project: Project, engine: Any) -> None:
    process = begin_in_walk(project, engine, "--evidence=kept")
    secret = password(container(engine, project))
    titles = b"".join(_read(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
    assert secret.encode() not in titles
    run = end(process, signal.SIGINT)
    assert secret not in run.text
    written = [path for path in project.root.rglob("*") if path.is_file()]
    assert any(path.suffix == ".json" for path in written)
    assert not [path for path in written if secret.encode() in path.read_bytes()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_its_port_is_open_to_this_machine_alone(project: Project, engine: Any) -> None:
    process = begin_in_walk(project, engine)
    bound = container(engine, project)["NetworkSettings"]["Ports"]["5432/tcp"]
    end(process, signal.SIGINT)
    open_to = {one["HostIp"] for one in bound}
    assert "127.0.0.1" in open_to
    assert open_to - {"127.0.0.1"} <= {_gateway(engine)}


def _gateway(engine: Any) -> str:
    """Return the address of this machine on the bridge: where it is a container itself, the port is open there, too."""
    pool = engine.networks.get("bridge").attrs["IPAM"]["Config"][0]
    return str(pool.get("Gateway") or ipaddress.ip_network(pool["Subnet"])[1])


def test_a_container_that_ends_is_told_and_no_finding(project: Project, engine: Any) -> None:
    process = begin_in_walk(project, engine)
    (one,) = ours(engine, project)
    engine.api.kill(one)
    run = ended(process)
    assert run.code == 4, run.text
    demand_clean(run.text)
    assert f"(container, {IMAGE}) ended with 137. The end of its log:" in run.text


def test_a_role_of_production_migrates_and_changes_its_own_password(project: Project) -> None:
    change = "ALTER ROLE app PASSWORD 'x';"
    project.write({"migrations/m2.up.sql": change, "migrations/m2.down.sql": change})
    project.write({"migrations/m3.up.sql": "SELECT 1;"})
    project.write({"pgproof.toml": "role = 'app'\n[base]\nroles = ['app']\n"})
    run = project.run()
    assert run.code == 0, run.text
    assert ", role app" in run.text


def test_where_nothing_answers_it_says_so(project: Project) -> None:
    project.more["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    run = project.run()
    demand_clean(run.text)
    assert run.code == 4, run.text
    assert "No engine of containers answers at unix:///nowhere/docker.sock" in run.text

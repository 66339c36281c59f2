"""A server that is lost in the walk and a disk that is full: one message with the remedy, exit code 4."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from robust import COMMAND, PYTEST, TABLE, WAYS

FILLS = "CREATE TABLE big AS SELECT repeat(md5(n::text), 60) AS v FROM generate_series(1, 200000) AS n;"
WIDE = "".join(f"CREATE TABLE wide_{n} ({', '.join(f'column_{c} int' for c in range(100))});" for n in range(9))


@pytest.fixture
def small_disk(top: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a tmpfs of some size, which everybody may write."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        place = top / f"disk{len(mounted)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "tmpfs", place], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"a tmpfs cannot be mounted here: {done.stderr.decode().strip()}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("way", WAYS)
def test_a_server_killed_in_the_walk(project, way):
    project.migrations(TABLE, project.in_walk("walk"))
    process = project.begin(WAYS[way])
    project.wait_for("walk", process)
    (pid_file,) = project.scratch.glob("pgproof-*/data/postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    ended = project.ended(process)

    ended.demand_fault("The connection to PostgreSQL was lost", "Run it again")
    project.demand_nothing_left()


def test_a_servers_process_killed_in_the_preview(project, line):
    """As the kernel does where memory runs out: PostgreSQL ends with it, for pgproof wants no other state."""
    project.migrations(TABLE, f"COPY (SELECT 1) TO '{project.marks}/here'; SELECT pg_sleep(30);")
    process = project.begin(line)
    project.wait_for("here", process)
    children = [pid for pid, text in project.processes("postgres:") if "pg_sleep" in text or "SELECT" in text]
    for pid in children or _backends(project):
        os.kill(pid, signal.SIGKILL)
    ended = project.ended(process)

    ended.demand_fault("The connection to PostgreSQL was lost")
    project.demand_nothing_left()


def _backends(project):
    """Return the processes of the project's server that run a query: their titles do not name a directory."""
    (pid_file,) = project.scratch.glob("pgproof-*/data/postmaster.pid")
    server = pid_file.read_text().split()[0]
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    titles = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return [pid for pid, title in titles.items() if b"pgproof_tool" in title]


@pytest.mark.parametrize("text", [FILLS, f"{FILLS} DELETE FROM big;"], ids=["in it", "undone"])
def test_the_servers_full_disk(project, line, small_disk, text):
    project.migrations(TABLE, text)
    project.scratch = small_disk("90m")

    project.run(line, "-x").demand_fault("disk", "full", "Free some room", "scratch=DIR")


def test_a_disk_on_which_no_server_starts(project, line, small_disk):
    project.migrations(TABLE)
    project.scratch = small_disk("8m")

    project.run(line).demand_fault("does not start", "full", "--pgproof-scratch=DIR")


@pytest.mark.parametrize("line", [COMMAND, PYTEST, WAYS["command -n 2"], WAYS["pytest -n 2"]], ids=WAYS)
def test_the_evidences_full_disk(project, line, small_disk):
    project.migrations(WIDE, WIDE.replace("wide", "wider"))
    option = "--evidence" if line[: len(COMMAND)] == COMMAND else "--pgproof-evidence"
    ended = project.run(line, f"{option}={small_disk('300k')}/evidence", "-k", "applies")

    ended.demand_fault("The evidence cannot be written", "No space left", "--evidence=DIR")


def test_the_temporary_directorys_full_disk(project, small_disk):
    project.migrations(WIDE, WIDE.replace("wide", "wider"))
    project.temporary = small_disk("300k")

    project.run(WAYS["pytest -n 2"], "-k", "applies").demand_fault("cannot be written", "No space left")


def test_the_reports_full_disk(project, small_disk):
    project.migrations(*(f"CREATE TABLE t{n} (id int PRIMARY KEY);" for n in range(9)))
    reports = small_disk("8k")
    (reports / "full").write_bytes(b"x" * 4096)
    ended = project.run(COMMAND, f"--junit-xml={reports}/junit.xml", "--evidence=evidence", "-k", "applies")

    ended.demand_fault("junit.xml")

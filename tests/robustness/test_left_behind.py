"""Nothing is left: no process, no directory, whatever ends the run."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from robust import COMMAND, TABLE, WAYS, within


def sleeping(project, line):
    project.migrations(TABLE, project.in_walk("walk"))
    process = project.begin(line)
    project.wait_for("walk", process)
    assert project.left()
    return process


@pytest.mark.parametrize("way", WAYS)
def test_after_sigkill_nothing_is_left_within_five_seconds(project, way):
    process = sleeping(project, WAYS[way])
    project.kill(process)

    project.demand_nothing_left(5)


def test_a_worker_that_outlives_its_controller_brings_nothing_back(project):
    project.more = {"TEST_MARKS": str(project.marks)}
    process = sleeping(project, [*WAYS["pytest -n 2"], "-p", "late_worker"])
    project.kill(process)

    assert within(10, (project.marks / "late").exists)
    project.demand_nothing_left()


def test_with_the_guards_killed_too_the_next_run_sweeps(project):
    process = sleeping(project, WAYS["pytest"])
    for pid, text in project.processes("pgproof-guard"):
        assert text.startswith("/bin/sh")
        os.kill(pid, signal.SIGKILL)
    project.kill(process)
    assert project.left()
    for run in project.temporary.glob("pgproof-run-*"):
        os.utime(run, (0, 0))  # a run that has just begun is left alone for some seconds
    project.migrations("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);", "SELECT 1;")
    ended = project.run(COMMAND, "--check=migration-applies")  # which looks at what is left

    assert ended.code == 0, ended.text


def test_a_living_run_is_not_swept(project):
    process = sleeping(project, WAYS["pytest"])
    before = project.left()
    other = project.ended(project.begin(COMMAND, "--check=no-such-check"))
    project.migrations("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);", "SELECT 1;")
    project.ended(project.begin(COMMAND, "--check=migration-applies"))
    assert other.code == 4
    assert process.poll() is None
    assert set(before) <= set(project.left())
    process.terminate()
    project.ended(process)

    project.demand_nothing_left()


def test_where_no_directory_is_named(project):
    """In the default place: the directories are those that the guards name."""
    project.migrations(TABLE, project.in_walk("walk"))
    project.without = ("PGPROOF_SCRATCH",)
    process = project.begin(COMMAND)
    project.wait_for("walk", process)
    named = [word for _, text in project.processes("pgproof-guard") for word in text.split() if "/pgproof-" in word]
    assert named
    project.kill(process)

    assert within(5, lambda: not any(Path(word).exists() for word in named))

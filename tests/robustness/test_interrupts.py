"""Ctrl-C and SIGTERM, wherever they come: exit code 2, and nothing is left."""

from __future__ import annotations

import os
import signal

import pytest
from robust import TABLE, within


def interrupt(process, sign):
    if sign is signal.SIGINT:
        os.killpg(process.pid, sign)  # a terminal sends it to all
    else:
        process.send_signal(sign)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
@pytest.mark.parametrize("place", ["start", "preview", "walk", "checks"])
def test_interrupted(project, line, place, sign):
    asleep = f"COPY (SELECT 1) TO '{project.marks}/preview'; SELECT pg_sleep(30);"
    project.migrations(TABLE, {"preview": asleep, "walk": project.in_walk("walk")}.get(place, "SELECT 1;"))
    project.more["MARK"] = str(project.marks / "checks")
    process = project.begin(line, "-p", "sleeping_checks")
    if place == "start":
        assert within(20, lambda: any(project.scratch.glob("*.lock")))
    else:
        project.wait_for(place, process)
    interrupt(process, sign)
    ended = project.ended(process)

    assert ended.code == 2, ended.text
    ended.demand_clean()
    project.demand_nothing_left()


def test_a_second_ctrl_c_is_no_worse(project):
    project.migrations(TABLE, project.in_walk("walk"))
    process = project.begin(project.command)
    project.wait_for("walk", process)
    for _ in range(3):
        interrupt(process, signal.SIGINT)
    project.ended(process)

    project.demand_nothing_left()

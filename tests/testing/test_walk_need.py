"""The walk goes exactly as far, with exactly the probes, as the selected items need."""

from __future__ import annotations

import pytest

ALL = {f"m{n}": ["again", "down"] for n in (1, 2, 3)}


def test_everything_needs_every_step_and_the_rollback(project):
    project.run()

    assert project.walked() == [{"last": None, "probes": ALL, "rollback": True}]


def test_only_the_asked_probe_up_to_the_asked_migration(project):
    project.run("-k", "test_again and m2")

    assert project.walked() == [{"last": "m2", "probes": {"m2": ["again"]}, "rollback": False}]


def test_the_rollback_needs_the_down_of_every_single_step(project):
    project.run("--pgproof-check=goes-back")

    downs = {version: ["down"] for version in ALL}
    assert project.walked() == [{"last": None, "probes": downs, "rollback": True}]


@pytest.mark.parametrize("selection", [["-k", "test_table"], ["--collect-only"], ["-k", "down_is_there"]])
def test_no_walk_where_no_item_reads_a_step(project, selection):
    project.run(*selection)

    assert [what for what, _ in project.log()] == ["open", "close"]


def test_a_collection_error_ends_the_run_before_the_walk(project):
    project.checks("import nothing_of_that_name")

    assert project.run().ret == 3
    assert project.walked() == []


@pytest.mark.parametrize("mode", [["-n2"], ["-n2", "--dist=loadscope"], ["-p", "randomly"]])
def test_one_walk_with_the_same_need_whoever_runs_the_items(project, mode):
    result = project.run(*mode)

    assert project.walked() == [{"last": None, "probes": ALL, "rollback": True}]
    assert result.ret == 1
    assert result.parseoutcomes()["passed"] == 10


def test_last_failed_probes_only_what_failed(project):
    project.run()
    project.run("--lf")

    assert project.walked()[1] == {"last": "m2", "probes": {"m2": ["again"]}, "rollback": False}

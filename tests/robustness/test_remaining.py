"""``--keep``: what remains, how long, and that nothing else does."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys

import pytest
from robust import COMMAND, PROGRAM, PYTEST, TABLE, within

SHELL = [*PROGRAM, "shell"]
FAILS = "ALTER TABLE t ADD m int NOT NULL;"


def connections(text):
    """Return what was kept → the command that connects to it."""
    return dict(re.findall(r"^  ((?:before|after) \S+): (.*psql.*)$", text, re.MULTILINE))


def asked(line, statement):
    done = subprocess.run([*shlex.split(line), "-Atc", statement], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@pytest.fixture
def kept(project):
    """Return a project with what a run with --keep has said there; ended afterwards."""
    project.migrations(TABLE, FAILS)
    ended = project.ended(project.begin(COMMAND, "--keep"))
    assert ended.code == 1, ended.text
    yield project, ended
    project.run(SHELL, "--end")


def test_the_databases_around_a_finding_remain_until_they_are_ended(kept):
    project, ended = kept
    found = connections(ended.text)

    assert {"before m2", "after m2"} <= set(found)
    assert asked(found["before m2"], "SELECT count(*) FROM t") == "20"
    assert asked(found["after m2"], "SELECT count(*) FROM t") == "0"
    assert asked(found["after m2"], "SELECT count(m) FROM t") == "0"
    shown = project.ended(project.begin(SHELL))
    assert (shown.code, connections(shown.text)) == (0, found)
    said = project.ended(project.begin(SHELL, "--end"))
    assert (said.code, said.text) == (0, "Ended 1 server, and removed all of it.\n")
    project.demand_nothing_left(1)


def test_the_next_run_names_it_and_leaves_it_alone(kept):
    project, ended = kept
    again = project.ended(project.begin(COMMAND, "--check=migration-applies"))

    assert again.code == 0
    assert f"an earlier run left a server, with databases of {project.root / 'migrations'}" in again.text
    assert asked(connections(ended.text)["before m2"], "SELECT 1") == "1"


def test_whatever_ends_its_keeper_ends_it(kept):
    project, _ = kept
    ((pid, _),) = project.processes("pgproof-keeper")
    subprocess.run(["kill", "-KILL", str(pid)], check=True)

    project.demand_nothing_left(10)


def test_versions_that_no_database_can_be_called_after_are_kept_too(project):
    long = f"{'ä' * 40} it's "
    for version, text in {"1": TABLE, f"{long}a": FAILS, f"{long}b": "ALTER TABLE t ADD k int NOT NULL;"}.items():
        (project.root / "migrations" / f"{version}.up.sql").write_text(text, encoding="utf-8")
    ended = project.ended(project.begin(COMMAND, "--keep", "--check=migration-applies-to-rows"))
    try:
        found = re.findall(r"^  (before|after) .*(.): (psql .*)$", ended.text, re.MULTILINE)
        told = {(side, which): asked(line, "SELECT current_database()") for side, which, line in found}
        assert [*told] == [("before", "a"), ("after", "a"), ("before", "b"), ("after", "b")], ended.text
        assert len({*told.values()}) == 4
        assert all(name.encode()[:60].startswith(side.encode()) for (side, _), name in told.items())
    finally:
        project.run(SHELL, "--end")


def test_it_ends_when_its_time_is_over(project):
    project.migrations(TABLE, FAILS)
    program = "import sys, pytest; from pgproof.server import remaining as r; r.SECONDS = 3; sys.exit(pytest.main())"
    ended = project.ended(project.begin([sys.executable, "-P", "-c", program, *PYTEST[4:]], "--pgproof-keep"))

    assert "Kept until" in ended.text
    assert asked(connections(ended.text)["before m2"], "SELECT 1") == "1"
    project.demand_nothing_left(10)


def test_a_link_in_the_place_of_the_note_is_not_written_through(project):
    victim = project.marks / "victim"
    victim.write_text("mine")
    link = f"COPY (SELECT 1) TO PROGRAM 'ln -sf {victim} ../remains.json';"
    project.migrations(TABLE, FAILS + f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM t) THEN {link} END IF; END $$;")
    ended = project.ended(project.begin(COMMAND, "--keep", "--check=migration-applies-to-rows"))
    try:
        assert "Kept until" in ended.text, ended.text
        assert victim.read_text() == "mine"
    finally:
        project.run(SHELL, "--end")


def test_without_findings_nothing_remains(project):
    project.migrations("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);")
    ended = project.run(COMMAND, "--keep", "--check=migration-applies")

    assert ended.code == 0, ended.text
    assert "Nothing was kept: no migration has a finding." in ended.text


@pytest.mark.parametrize("line", [[*COMMAND, "--keep", "-n2"], [*PYTEST, "--pgproof-keep"]], ids=["-n2", "pytest"])
def test_with_workers_and_with_plain_pytest_too(project, line):
    project.migrations(TABLE, FAILS)
    ended = project.ended(project.begin(line))
    try:
        assert asked(connections(ended.text)["before m2"], "SELECT count(*) FROM t") == "20"
    finally:
        project.run(SHELL, "--end")


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_nothing_in_spite_of_it(project, sign):
    project.migrations(TABLE, FAILS, project.in_walk("walk"))
    process = project.begin(COMMAND, "--keep")
    project.wait_for("walk", process)
    process.send_signal(sign)
    process.wait()
    process.stdout.close()

    project.demand_nothing_left()


def test_a_server_of_others_cannot_be_left(project):
    project.migrations("SELECT 1;")

    project.run(COMMAND, "--keep", "--server=postgresql://localhost:1/x").demand_fault("--keep", "named by URL")


@pytest.mark.parametrize(("version", "meets_rows"), [("m2", True), ("m3", False)])
def test_a_base_is_passed_by_for_an_older_migration_alone(project, version, meets_rows):
    mark = project.marks / "rows"
    tells = f"DO $$ BEGIN IF EXISTS (SELECT FROM t) THEN COPY (SELECT 1) TO '{mark}'; END IF; END $$;"
    project.migrations(TABLE, tells, "ALTER TABLE t ADD m int;")
    ended = project.run(SHELL, version, "--since=m2", "--before", "--", "-Atc", "SELECT 'rows: ' || count(*) FROM t")

    assert (ended.code, "rows: 20" in ended.text) == (0, True), ended.text
    ended = project.run(SHELL, version, "--since=m2", "--", "-Atc", "SELECT 'rows: ' || count(*) FROM t")
    assert (ended.code, "rows: 20" in ended.text) == (0, True), ended.text
    assert mark.exists() == meets_rows


@pytest.mark.parametrize(("word", "code"), [("SELECT 1", 0), ("SELECT nope", 1), ("\\! kill -TERM $PPID", 1)])
def test_how_psql_ended_is_told(project, word, code):
    project.migrations(TABLE)

    assert project.run(SHELL, "m1", "--", "-c", word).code == code


def test_a_shell_that_is_killed_leaves_nothing(project):
    project.migrations(TABLE)
    process = subprocess.Popen(
        [*SHELL, "m1", "--dsn"], cwd=project.root, env=project.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    address = process.stdout.readline().strip()
    assert asked(f"psql {shlex.quote(address)}", "SELECT count(*) FROM t") == "0"
    process.kill()
    process.communicate()

    assert within(5, lambda: not project.left())

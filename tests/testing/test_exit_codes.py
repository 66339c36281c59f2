"""0 held, 1 findings, 2 interrupted, 3 internal, 4 usage or nothing selected; also with xdist, also with -x."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from fake_walk import LINE

NOT_A_FINDING = """
from pgproof import Check, Level, Levels, check, each

LEVELS = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.GATE)
RECORD = Check(id="broken", claim="c", effect="e", remedy="r", runbook="", levels=LEVELS)
"""

BUGS = {
    "a bare exception": "def test_it(migration):\n    raise KeyError('x')",
    "a bare assertion": "def test_it(migration):\n    assert migration is None",
    "a pass that looked at nothing": "def test_it(migration, looked):\n    pass",
    "a pass that did not even ask": "def test_it(migration):\n    pass",
}


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        (["--pgproof-check=comes-back"], 0),
        (["-n2", "--pgproof-check=comes-back"], 0),
        ([], 1),
        (["-x"], 1),
        (["-n2", "-x"], 1),
        (["-k", "nothing_has_this_name"], 4),
        (["-n2", "-k", "nothing_has_this_name"], 4),
        (["--pgproof-check=comes-back", "--pgproof-subject=public.tasks"], 4),
    ],
)
def test_findings_and_selection(project, selection, code):
    assert project.run(*selection).ret == code


@pytest.mark.parametrize(
    ("bug", "workers"), [*((bug, []) for bug in BUGS), ("a pass that did not even ask", ["-n2"])]
)
def test_a_bug_of_a_check_is_never_a_finding(project, bug, workers):
    project.checks(f'{NOT_A_FINDING}\n@each("migration")\n@check(RECORD)\n{BUGS[bug]}\n')

    result = project.run(*workers)

    assert result.ret == 3
    result.stdout.fnmatch_lines(["pgproof itself failed*", "*broken on m1:*"])


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_a_worker_or_module_that_breaks_is_internal(project, workers):
    project.checks("1 / 0")

    assert project.run(*workers).ret == 3


def test_a_crashed_worker_is_internal(project):
    project.checks(
        f'{NOT_A_FINDING}\nimport os\n@each("migration")\n@check(RECORD)\ndef test_it(migration, looked):\n'
        "    looked.at(1)\n    if migration.version == 'm2':\n        os._exit(7)\n"
    )

    result = project.run("-n2")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["*worker*crashed*"])


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_a_lost_server_is_one_message_without_traceback_or_secret(project, workers):
    project.migrations(m2="lost server")

    result = project.run(*workers, "--junit-xml=reports/junit.xml")

    assert result.ret == 4
    text = result.stdout.str() + result.stderr.str()
    assert "The server was lost" in text
    assert "Start it again." in text
    assert "Traceback" not in text
    assert "hunter2" not in text
    assert not (project.root / "reports" / "junit.xml").exists()
    assert project.log()[-1][0] == "close"


def test_a_bug_of_the_walk_is_internal(project):
    project.migrations(m2="bug")

    result = project.run()

    assert result.ret == 3
    assert "ZeroDivisionError" in result.stdout.str() + result.stderr.str()


def test_an_empty_directory_is_one_message(project):
    for path in (project.root / "migrations").iterdir():
        path.unlink()

    result = project.run()

    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: There is no migration in the directory.", "Name another directory."])


@pytest.mark.parametrize(
    ("place", "name", "workers"),
    [
        ("walk", signal.SIGINT, []),
        ("walk", signal.SIGTERM, ["-n2"]),
        ("checks", signal.SIGTERM, []),
        ("checks", signal.SIGINT, ["-n2"]),
    ],
)
def test_interrupted(project, name, workers, place):
    if place == "walk":
        project.migrations(m2="slow")
    else:
        project.checks(
            f'{NOT_A_FINDING}\nimport time, pathlib\n@each("migration")\n@check(RECORD)\ndef test_it(migration):\n'
            "    pathlib.Path('walking').touch()\n    time.sleep(30)\n"
        )
    temporary = project.root / "tmp"
    temporary.mkdir()
    line = [sys.executable, "-m", "pytest", *LINE, *workers, "--junit-xml=junit.xml"]
    process = subprocess.Popen(
        line, cwd=project.root, env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    for _ in range(200):
        if (project.root / "walking").exists():
            break
        time.sleep(0.1)
    process.send_signal(name)
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 2, output.decode()
    assert project.log()[-1][0] == "close"
    assert list(temporary.iterdir()) == []

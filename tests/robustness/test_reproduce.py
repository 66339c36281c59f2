"""The commands that findings print: each shows that finding again and nothing else, or opens its database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from robust import COMMAND, TABLE

VERSION = "z $2 it's `größe`"
UP = """
CREATE TABLE "Bad "" 'Keys'" (id int);
CREATE TABLE "täble; --" (
  id int PRIMARY KEY, "Order $1" int CONSTRAINT "fk it's" REFERENCES "täble; --" (id), "n°" int NOT NULL
);
"""
FAILS = 'ALTER TABLE "täble; --" ADD "new $HOME `x`" int NOT NULL;'


def typed(project, line):
    """Run a line as a user's shell does, with nothing of the first run's settings in its environment."""
    command = project.root / "bin" / "pgproof"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f"#!{sys.executable} -P\nimport sys\nfrom pgproof.cli import main\nsys.exit(main())\n")
    command.chmod(0o755)
    kept = {name: value for name, value in project.environ.items() if name not in project.more}
    environ = kept | {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-c", line], cwd=project.root, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def findings(project):
    """Return what the JUnit report says of each finding: (check, subject, first line, text)."""
    report = ET.parse(project.root / "reports" / "junit.xml")  # noqa: S314 - written by our run
    for case in report.iter("testcase"):
        put = {p.get("name"): p.get("value") for p in case.iter("property")}
        for failure in case.iter("failure"):
            yield put["check"], put["subject"], failure.text.splitlines()[0], failure.text


@pytest.fixture
def odd(project):
    """Return a project that has findings about things with odd names, in a directory with an odd name."""
    folder = project.root / "migrations"
    texts = {"m1.up": UP, "m1.down": "SELECT 1;", f"{VERSION}.up": FAILS, f"{VERSION}.down": "SELECT 1;"}
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    folder.rename(project.root / "-my 'own' größe $x")
    return project


def test_every_finding_prints_the_command_that_shows_it_alone(odd):
    odd.more["PGPROOF_SEED"] = "3"
    ended = odd.run(COMMAND, "./-my 'own' größe $x", "--rows=7", "--timezone=Europe/Berlin", "-n2")
    assert ended.code == 1, ended.text
    ended.demand_clean()
    found = {(check, subject): (first, text) for check, subject, first, text in findings(odd)}
    assert {("migration-applies-to-rows", VERSION), ("table-has-primary-key", 'public."Bad "" \'Keys\'"')} <= set(found)
    chosen = {check: (check, subject) for check, subject in found}  # one finding of each check

    for check, subject in chosen.values():
        first, text = found[check, subject]
        line = re.search(r"^Reproduce it\n    (.*)$", text, re.MULTILINE)[1]
        assert {"--seed=3", "--rows=7", "--timezone=Europe/Berlin"} <= set(line.split())
        done = typed(odd, line)
        assert done.returncode == 1, done.stdout + done.stderr
        assert [one[:3] for one in findings(odd)] == [(check, subject, first)]
        assert f"  {line}" in done.stdout or "PGPROOF_SEED" in line, done.stdout


def test_a_finding_about_a_migration_prints_the_command_that_opens_its_database(odd):
    odd.run(COMMAND, "./-my 'own' größe $x", "--rows=7", "--check=migration-applies-to-rows")
    ((_, _, _, text),) = findings(odd)
    line = re.search(r"^Look at the database\n    (.*)$", text, re.MULTILINE)[1]
    done = typed(odd, f"""echo 'SELECT count(*) FROM "täble; --"' | {line} -- -At""")

    assert (done.returncode, done.stdout) == (0, "7\n"), done.stderr


def test_a_finding_at_the_end_opens_the_last_database(project):
    project.migrations(
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int); INSERT INTO c VALUES (-1);",
        "ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p NOT VALID;",
    )
    project.run(COMMAND, "--check=foreign-key-has-no-orphans")
    ((_, _, _, text),) = findings(project)

    assert "Look at the database\n    pgproof shell migrations m2" in text
    assert "--before" not in text


def test_a_finding_about_a_table_opens_the_database_that_first_had_it_so(project):
    project.migrations(TABLE, "CREATE TABLE k (id int);", "CREATE TABLE u (id int PRIMARY KEY);")
    project.run(COMMAND, "--check=table-has-primary-key")
    ((_, _, _, text),) = findings(project)

    line = re.search(r"^Look at the database\n    (.*)$", text, re.MULTILINE)[1]
    assert line.startswith("pgproof shell migrations m2")
    assert "--before" not in line


def test_a_password_is_never_part_of_it(project):
    project.migrations("SELECT 1;")
    project.more["PGPROOF_SERVER"] = "postgresql://u:hunter2@localhost:1/x"

    project.run(COMMAND).demand_fault("localhost")

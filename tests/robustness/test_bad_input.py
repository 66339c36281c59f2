"""What cannot be meant, read or written: one clear message with its remedy, exit code 4; never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from robust import COMMAND, TABLE, WAYS

UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
"""Permissions do not hold for root unless root is told so."""
LIKE_USERS = pytest.mark.skipif(
    bool(UNPRIVILEGED) and shutil.which("setpriv") is None, reason="root without setpriv (util-linux) may read all"
)


def nothing(project):
    return


def empty(project):
    for path in (project.root / "migrations").iterdir():
        path.unlink()


def latin(project):
    (project.root / "migrations" / "m1.up.sql").write_bytes(b"-- one\nSELECT 'Gr\xf6\xdfe';")


def zero(project):
    (project.root / "migrations" / "m1.up.sql").write_bytes("SELECT 1;".encode("utf-16"))


def a_file(project):
    empty(project)
    (project.root / "migrations").rmdir()
    (project.root / "migrations").write_text("SELECT 1;")


def in_the_way(project):
    (project.root / "file").touch()
    (project.root / "folder").mkdir()


def two_layouts(project):
    empty(project)
    for name in ("1-a.sql", "b.up.sql"):
        (project.root / "migrations" / name).write_text("SELECT 1;")


def broken_settings(project):
    (project.root / "pgproof.toml").write_text("rows = = 1\n")


def misspelt_settings(project):
    (project.root / "pgproof.toml").write_text("rowz = 1\n")


def odd_contract(project):
    (project.root / "migrations" / "contract.toml").write_text('[migrations."m7"]\nirreversible = true\nreason = "x"\n')


def declared(project):
    project.migrations(TABLE, "UPDATE t SET n = 1;")
    (project.root / "migrations" / "contract.toml").write_text(
        '[migrations.m1]\ndeletes = { "public.t" = "any" }\nreason = "x"\n'
        '[migrations.m2]\ndeletes = { "public.t" = 3 }\nrewrites = ["public.t.id", "public.t.n"]\nreason = "x"\n'
    )


CASES = {
    "misspelt option": (nothing, ["--{}rwos=5"], ["rwos", "Did you mean '--"]),
    "empty directory": (empty, [], ["is empty", "Looked for"]),
    "unknown layout": (nothing, ["--{}layout=flywey"], ["no layout 'flywey'", "--layout=named"]),
    "no such server": (nothing, ["--{}server=postgresql://u:hunter2@h/d"], ["There is no server at", "pg_isready"]),
    "unknown check": (nothing, ["--{}check=rows-survives"], ["Did you mean 'rows-survive'?"]),
    "unknown subject": (nothing, ["--{}subject=m7"], ["m7"]),
    "nothing selected": (nothing, ["--{}check=rows-survive", "--{}subject=public.t"], ["selected"]),
    "nothing matches": (nothing, ["-k", "no_such_thing"], ["nothing was selected", "`pgproof checks` lists"]),
    "not UTF-8": (latin, [], ["is not UTF-8: byte 0xf6 in line 2", "iconv"]),
    "UTF-16": (zero, [], ["UTF-8"]),
    "a file as directory": (a_file, [], ["is a file, not a directory"]),
    "two layouts": (two_layouts, [], ["speak equally", "--layout="]),
    "no server there": (nothing, ["--{}pg-bin=/nowhere"], ["/nowhere", "leave it out"]),
    "no such version": (nothing, ["--{}pg-version=9"], ["No server of PostgreSQL 9 is at hand", "apt install"]),
    "no such place": (nothing, ["--{}scratch=/nowhere"], ["/nowhere", "exists"]),
    "no such time zone": (nothing, ["--{}timezone=Mars/Phobos"], ["Mars/Phobos", "IANA"]),
    "report in the way": (in_the_way, ["--junit-xml=folder"], ["must be a filename, given: folder"]),
    "report below a file": (in_the_way, ["--junit-xml=file/j.xml"], ["report cannot be written", "--junit-xml=FILE"]),
    "evidence in the way": (in_the_way, ["--{}evidence=file"], ["evidence cannot be written", "--evidence=DIR"]),
    "broken settings": (broken_settings, [], ["pgproof.toml"]),
    "misspelt settings": (misspelt_settings, [], ["Did you mean 'rows'?"]),
    "unknown in the contract": (odd_contract, [], ["m7"]),
    "declared and never done": (declared, [], [
        'm1"] deletes public.t, and no such table', 'm2"] deletes public.t, and it deletes no row',
        'm2"] rewrites public.t.id, and it writes no value', "Take that out of the contract",
    ]),
}  # fmt: skip


BOTH = frozenset({"misspelt option", "empty directory", "unknown layout", "no such server", "nothing matches"})
"""The others are tried in one way each, in turns."""
TRIED = [
    pytest.param(way, case, id=f"{way}-{case}")
    for number, case in enumerate(CASES)
    for way in (["command", "pytest -n 2"] if case in BOTH else [["command", "pytest -n 2"][number % 2]])
]


@pytest.mark.parametrize(("way", "case"), TRIED)
def test_one_message(project, way, case):
    line = WAYS[way]
    spoil, words, said = CASES[case]
    project.migrations(TABLE)
    spoil(project)
    prefix = "" if line[: len(COMMAND)] == COMMAND else "pgproof-"
    ended = project.run(line, *(word.format(prefix) for word in words))

    ended.demand_fault(*said)
    assert len(ended.text.splitlines()) < 25, ended.text


@LIKE_USERS
@pytest.mark.parametrize("what", ["migrations", "migrations/m1.up.sql", "pgproof.toml"])
def test_what_may_not_be_read(project, what):
    project.migrations(TABLE)
    (project.root / "pgproof.toml").touch()
    (project.root / what).chmod(0)
    ended = project.ended(project.begin([*UNPRIVILEGED, *COMMAND]))
    (project.root / what).chmod(0o755)

    ended.demand_fault(what, "ermission")


@LIKE_USERS
def test_a_working_directory_that_may_not_be_written(project):
    project.migrations(TABLE)
    project.root.chmod(0o555)

    project.run([*UNPRIVILEGED, *COMMAND]).demand_fault("reports", "ermission", "--junit-xml=FILE")


def test_two_runs_in_one_folder(project):
    project.migrations(TABLE, project.in_walk("walk"))
    first = project.begin(COMMAND)
    project.wait_for("walk", first)
    second = project.ended(project.begin(COMMAND))
    first.terminate()
    project.ended(first)

    second.demand_fault("Another run of pgproof is writing its evidence", "--evidence=DIR")
    project.demand_nothing_left()


def test_nothing_of_the_project_can_break_the_command(project):
    project.migrations("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);")
    (project.root / "checks").mkdir()
    for name in ("conftest.py", "checks/__init__.py", "psycopg.py", "pgproof.py", "sitecustomize.py"):
        (project.root / name).write_text("raise RuntimeError('a broken project')")
    (project.root / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    ended = project.run(COMMAND, "--check=migration-applies")

    assert ended.code == 0, ended.text


@pytest.mark.parametrize(
    ("way", "odd", "code"),
    [
        ("command", "-q -ra --no-header", 1),
        ("pytest -n 2", "-q -ra --no-header", 1),
        ("command", "--no-such-option", 4),
        ("pytest", "--no-such-option", 4),
        ("command", "'", 4),  # pytest itself answers with a traceback
    ],
)
def test_odd_addopts(project, way, odd, code):
    project.migrations("SELEC 1;")
    project.more["PYTEST_ADDOPTS"] = odd
    ended = project.run(WAYS[way], "-k", "test_migration_applies and not rows")

    assert ended.code == code, ended.text
    ended.demand_clean()


def test_a_huge_file(project):
    rows = ",\n".join(f"({n}, 'a value of row {n}')" for n in range(60_000))
    project.migrations(f"CREATE TABLE t (id int PRIMARY KEY, v text);\nINSERT INTO t VALUES\n{rows};\n")
    ended = project.run(COMMAND, "--check=rows-survive", "--check=migration-applies")

    assert ended.code == 0, ended.text


def test_declared_and_not_seen(project):
    project.migrations(TABLE, "UPDATE t SET n = 1; DELETE FROM t WHERE id < 0;", "DELETE FROM t WHERE n = 1;")
    (project.root / "migrations" / "contract.toml").write_text(
        '[migrations.m2]\ndeletes = { "public.t" = "any" }\nrewrites = ["public.t.n"]\nreason = "x"\n'
        '[migrations.m3]\ndeletes = { "public.t" = "any" }\nreason = "x"\n'
    )
    ended = project.run(COMMAND, "--check=rows-survive")

    assert ended.code == 0, ended.text
    assert "Declared in the contract, and not seen\n" in ended.text
    assert '  [migrations."m2"] deletes public.t: DELETE in line 1 touched no row\n' in ended.text
    assert ended.text.count("  [migrations.") == 1


def test_a_shell_can_read_the_commands_faults(project):
    done = subprocess.run(
        [*COMMAND, "nowhere"], cwd=project.root, env=project.environ, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 2

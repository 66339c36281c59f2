"""The command ``verify``: the pytest that it makes of its words."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from command_lines import here, line, run_command

from pgproof.commands import verify
from pgproof.errors import UsageFault

__all__ = ["here"]


def test_it_becomes_pytest_that_no_configuration_of_the_project_can_harm(here):
    made = line(here)

    assert made[:4] == [sys.executable, "-P", "-m", "pytest"]
    assert "--noconftest" in made
    assert Path(made[made.index("-c") + 1]).is_file()
    assert "--pgproof-evidence=reports/evidence" in made
    assert made[-2:] == ["--pyargs", "pgproof.checks"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["Größe und Maß"], ["--pgproof-migrations=Größe und Maß"]),
        (["--rows=5"], ["--pgproof-rows=5"]),
        (["--rows", "5"], ["--pgproof-rows=5"]),
        (["--require-exercised"], ["--pgproof-require-exercised"]),
        (["--check=a", "--check", "b"], ["--pgproof-check=a", "--pgproof-check=b"]),
        (["--subject", 'public."Größe"'], ['--pgproof-subject=public."Größe"']),
        (["migrations", "-k", "migrations"], ["-k", "migrations", "--pgproof-migrations=migrations"]),
        (["-n", "2", "-x", "--lf", "-k", "a or b"], ["-n", "2", "-x", "--lf", "-k", "a or b"]),
        (["--evidence=kept"], ["--pgproof-evidence=kept"]),
        (["--junit-xml=out/j.xml"], ["--junit-xml=out/j.xml", "--pgproof-evidence=out/evidence"]),
    ],
)
def test_options_are_translated(here, words, expected):
    made = line(here, *words)

    assert [word for word in expected if word not in made] == []
    assert sum(word.startswith("--pgproof-evidence") for word in made) == 1


def test_a_directory_that_was_not_named_stays_so(here):
    """Else pytest would look for the settings file beside it first, and find another than the command."""
    assert not any(word.startswith("--pgproof-migrations") for word in line(here))
    (here / "pgproof.toml").write_text('migrations = "Größe und Maß"\n')
    assert not any(word.startswith("--pgproof-migrations") for word in line(here))


@pytest.mark.parametrize(
    ("words", "added", "loaded"),
    [
        ([], "", []),
        (["-n", "2"], "", ["xdist"]),
        (["-n2"], "", ["xdist"]),
        (["--dist=loadfile"], "", ["xdist"]),
        ([], "-q -n2", ["xdist"]),
        (["-k", "numbers"], "--no-header", []),
        (["--postgresql-host=localhost"], "", ["pytest_postgresql"]),
        (["-n2"], "--postgresql-port=5433", ["xdist", "pytest_postgresql"]),
    ],
)
def test_no_plugin_of_others_is_loaded_but_where_its_options_are_used(here, monkeypatch, words, added, loaded):
    monkeypatch.setenv("PYTEST_ADDOPTS", added)
    made = line(here, *words)

    assert "--disable-plugin-autoload" in made
    assert [word for before, word in pairwise(made) if before == "-p"] == ["pgproof.testing.plugin", *loaded]


def test_xdist_that_is_not_installed_is_not_loaded(here, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "xdist" else find(name))

    assert "xdist" not in line(here, "-n2")


def test_a_plugin_of_others_can_be_asked_for(here):
    (here / "stranger.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--greet')\n\n"
        "def pytest_report_header(config):\n    return config.getoption('greet')\n"
    )
    (here / "migrations" / "1.up.sql").write_text("SELECT 1;")
    (here / "migrations" / "1.down.sql").write_text("SELECT 1;")

    unknown, known = (
        run_command(here, "--greet=hello", "--co", *words, more=[str(here)]) for words in ([], ["-p", "stranger"])
    )

    assert (unknown.returncode, known.returncode) == (4, 0), known.stdout + known.stderr
    assert "need -p NAME" in unknown.stderr
    assert "hello" in known.stdout


def test_a_look_at_the_list_writes_no_report(here):
    assert "--junit-xml=reports/junit.xml" in line(here)
    assert not any(word.startswith("--junit-xml") for word in line(here, "--collect-only"))


def test_the_files_evidence_folder_is_left_to_the_file(here):
    (here / "pgproof.toml").write_text('evidence = "kept"\n')

    assert not any(word.startswith("--pgproof-evidence") for word in line(here))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-x", "migrations"], "'migrations' may be the migrations directory or the value of an option."),
        (["-k", "expr", "migrations"], "'migrations' may be the migrations directory or the value of an option."),
        (["migrations", "tests/test_x.py"], "'tests/test_x.py' is neither an option nor the value of one."),
        (["--rows"], "--rows needs a value."),
        (["--rows=many"], "--rows must be a whole number from 0, and is 'many'."),
        (["nowhere"], "does not exist"),
        (["--profile=runbok"], "Did you mean 'runbook'?"),
    ],
)
def test_what_cannot_be_meant_is_refused(here, words, message):
    with pytest.raises(UsageFault) as raised:
        line(here, *words)

    assert message in raised.value.message
    assert raised.value.remedy


def test_class_names_are_the_same_wherever_the_checks_are(here, monkeypatch, tmp_path):
    assert "--junit-prefix=pgproof.checks" in line(here)
    assert f"--rootdir={here}" in line(here)
    inside = tmp_path / ".venv" / "lib" / "pgproof" / "checks"
    monkeypatch.setattr(verify, "checks_directory", lambda: inside)

    assert "--junit-prefix=pgproof" in line(here)
    assert f"--rootdir={inside.parent}" in line(here)


def test_without_a_home_what_pytest_keeps_goes_elsewhere(here, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
    (option,) = (word for word in line(here) if word.startswith("cache_dir="))

    assert option.startswith(f"cache_dir={tempfile.gettempdir()}/pgproof-{os.geteuid()}/")


def test_a_password_does_not_stand_in_the_list_of_processes(here, monkeypatch):
    monkeypatch.setenv("PGPROOF_SERVER", "auto")
    made = verify.without_secret(line(here, "--server=postgresql://u:hunter2@h/d", "--rows=3"))

    assert not any("hunter2" in word or word.startswith("--pgproof-server") for word in made)
    assert "--pgproof-rows=3" in made
    assert os.environ["PGPROOF_SERVER"] == "postgresql://u:hunter2@h/d"


def test_a_server_without_a_password_stays_where_it_was_given(here):
    assert "--pgproof-server=postgresql://u@h/d" in verify.without_secret(line(here, "--server=postgresql://u@h/d"))

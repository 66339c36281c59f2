"""The command: what it makes of its words, and what it says."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest

from pgproof import cli
from pgproof.commands import COMMANDS, verify
from pgproof.errors import UsageFault
from pgproof.registry import checks_directory, records
from pgproof.settings.options import OPTIONS


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PGPROOF_")]:
        monkeypatch.delenv(name)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "Größe und Maß").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def line(here, *words):
    return verify.verify_line(words, here)


def run_command(here, *words, more=()):
    path = os.pathsep.join([*(path for path in sys.path if path), *more])
    return subprocess.run(
        [sys.executable, "-P", "-c", "import sys; from pgproof.cli import main; sys.exit(main())", "verify", *words],
        cwd=here, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


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


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 0, "pgproof verify [DIR]"),
        (["--help"], 0, "Exit code: 0 all claims hold"),
        (["verify", "--help"], 0, "--require-exercised"),
        (["--version"], 0, "pgproof 0."),
        (["verfy"], 4, "There is no command 'verfy'. Did you mean 'verify'?"),
        (["checks", "rows-survives"], 4, "There is no check 'rows-survives'. Did you mean 'rows-survive'?"),
        (["checks", "rows-survive"], 0, "Who is hurt"),
    ],
)
def test_what_it_says(capsys, words, code, said):
    assert cli.main(words) == code
    captured = capsys.readouterr()
    assert said in captured.out + captured.err
    assert "Traceback" not in captured.err


def test_every_check_is_listed_with_level_and_claim(capsys):
    cli.main(["checks"])
    listed = capsys.readouterr().out.splitlines()

    assert len(listed) == len(records()) > 0
    for record, shown in zip(records().values(), listed, strict=True):
        assert shown.startswith(record.id)
        assert record.levels.runbook in shown
        assert shown.endswith(record.claim)


def test_every_option_is_in_the_help(capsys):
    cli.main(["--help"])
    said = capsys.readouterr().out

    assert all(f"--{option.name}" in said for option in OPTIONS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rwos=5"], "ERROR: There is no option --rwos. Did you mean '--rows'?"),
        (["--maxfial=1"], "ERROR: There is no option --maxfial. Did you mean '--maxfail'?"),
        (["--check=rows-survives"], "ERROR: --check: there is no check 'rows-survives'. Did you mean 'rows-survive'?"),
        (["--pg-bin=/nowhere"], None),
    ],
)
def test_a_misspelt_word_is_one_message_and_exit_code_4(here, words, message):
    (here / "conftest.py").write_text("raise RuntimeError('a broken project')")
    (here / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (here / "rich.py").write_text("raise RuntimeError('not this one')")
    done = run_command(here, *words)

    assert done.returncode == 4
    assert "Traceback" not in done.stdout + done.stderr
    assert message is None or message in done.stderr.splitlines()


def test_a_fault_of_its_own_is_no_finding_and_shows_no_secret(capsys, monkeypatch):
    def fails(_):
        raise RuntimeError("at postgresql://u:hunter2@h/d")

    monkeypatch.setattr("pgproof.commands.checks.run", fails)

    assert cli.main(["checks"]) == 3
    said = capsys.readouterr().err
    assert "in fails" in said
    assert said.endswith("pgproof itself failed (please report it)\n")
    assert "hunter2" not in said


@pytest.mark.parametrize("command", [one.name for one in COMMANDS])
def test_every_command_has_its_module_and_its_help(capsys, command):
    (known,) = (one for one in COMMANDS if one.name == command)

    assert callable(importlib.import_module(known.module).run)
    assert cli.main([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"pgproof {command} {known.words}\n")
    assert all(one.flag in said for one in known.options)
    assert ("--pg-version" in said) is known.has_settings
    assert ("--subject" in said) is known.selects


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one.name not in {"verify", "baseline"}], ids=lambda one: one.name
)  # those become pytest, and take its options
def test_every_command_refuses_what_means_nothing(capsys, command, here):
    assert cli.main([command.name, "--no-such-option"]) == 4
    assert f"--no-such-option is no option of {command.name}." in capsys.readouterr().err
    if command.most is not None:
        assert cli.main([command.name, *(["x"] * (command.most + 1))]) == 4
        assert f"'x' is one word too many of {command.name}." in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--before"], ["--dsn"], ["--", "-At"]])
def test_a_shell_needs_a_migration(capsys, words, here):
    assert cli.main(["shell", *words]) == 4
    assert f"{words[0]} needs a migration to open the database of." in capsys.readouterr().err


def test_without_a_home_what_pytest_keeps_goes_elsewhere(here, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])
    (option,) = (word for word in line(here) if word.startswith("cache_dir="))

    assert option.startswith(f"cache_dir={tempfile.gettempdir()}/pgproof-{os.geteuid()}/")


@pytest.mark.parametrize("command", ["{0} checks rows-survive", "{0} checks | head -n 1"])
def test_no_terminal_and_no_reader_makes_it_fail(here, command):
    program = f"{sys.executable} -P -c 'import sys; from pgproof.cli import main; sys.exit(main())'"
    path = os.pathsep.join(path for path in sys.path if path)
    environ = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        ["/bin/sh", "-c", command.format(program)], cwd=here, env=environ, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout


def test_the_checks_are_where_they_are_found():
    directory = checks_directory()

    assert directory is not None
    assert (directory / "test_tables.py").is_file()


def test_a_password_does_not_stand_in_the_list_of_processes(here, monkeypatch):
    monkeypatch.setenv("PGPROOF_SERVER", "auto")
    made = verify.without_secret(line(here, "--server=postgresql://u:hunter2@h/d", "--rows=3"))

    assert not any("hunter2" in word or word.startswith("--pgproof-server") for word in made)
    assert "--pgproof-rows=3" in made
    assert os.environ["PGPROOF_SERVER"] == "postgresql://u:hunter2@h/d"


def test_a_server_without_a_password_stays_where_it_was_given(here):
    assert "--pgproof-server=postgresql://u@h/d" in verify.without_secret(line(here, "--server=postgresql://u@h/d"))

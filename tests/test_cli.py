"""The command: what it says."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest
from command_lines import here, run_command

from pgproof import cli
from pgproof.commands import COMMANDS
from pgproof.registry import checks_directory, records
from pgproof.settings.options import OPTIONS

__all__ = ["here"]


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

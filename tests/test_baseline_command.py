"""`pgproof baseline`, from the command line to the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pgproof import cli
from pgproof.commands import baseline, verify

SHOP = Path(__file__).parent.parent / "examples" / "shop"
COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"


@pytest.fixture
def shop(tmp_path):
    """Return a copy of the example that has two findings."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def pgproof(folder, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PGPROOF_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", COMMAND, *words],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_what_is_found_today_fails_no_more_until_there_is_something_new(shop):
    assert pgproof(shop, "verify").returncode == 1

    accepted = pgproof(shop, "baseline", "--reason=JIRA-7", "-n2")
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    held = tomllib.loads((shop / "pgproof.baseline.toml").read_text())["accepted"]
    assert [(one["check"], one["subject"], one["reason"]) for one in held] == [
        ("migration-applies-to-rows", "2", "JIRA-7"), ("rollback-restores-schema", "3", "JIRA-7"),
    ]  # fmt: skip

    for words in ((), ("-n2",), ("--check=rollback-restores-schema",)):
        again = pgproof(shop, "verify", *words)
        assert again.returncode == 0
        assert "Baselined (accepted" in again.stdout
        assert "mended" not in again.stdout

    broken = shop / "migrations" / "0004_more.up.sql"
    broken.write_text("CREATE TABLE more (a int);")
    broken.with_name("0004_more.down.sql").write_text("DROP TABLE more;")
    assert pgproof(shop, "verify").returncode == 1


def test_what_is_mended_is_told_and_taken_out(shop):
    pgproof(shop, "baseline", "--reason=JIRA-7")
    mended = shop / "migrations" / "0002_add_channel.up.sql"
    mended.write_text(mended.read_text().replace("NOT NULL", "NOT NULL DEFAULT 'web'"))

    told = pgproof(shop, "verify")
    assert told.returncode == 0
    assert "  migration-applies-to-rows on 2: there is no finding (pass)" in told.stdout.splitlines()

    rewritten = pgproof(shop, "baseline", "--reason=again")
    assert "Wrote pgproof.baseline.toml: 0 accepted, 1 kept, 1 taken out." in rewritten.stdout.splitlines()
    assert 'reason = "JIRA-7"' in (shop / "pgproof.baseline.toml").read_text()
    assert "again" not in (shop / "pgproof.baseline.toml").read_text()


@pytest.mark.parametrize(
    ("words", "passed_on"),
    [
        (["db", "--reason=x y"], ["db", "--accept=x y"]),
        (["--reason", "x", "db", "-n", "2"], ["db", "-n", "2", "--accept=x"]),
        (["--check=down-runs", "--reason=x"], ["--check=down-runs", "--accept=x"]),
    ],
)
def test_its_words_are_those_of_verify(monkeypatch, words, passed_on):
    seen = []
    monkeypatch.setattr(verify, "run", seen.append)

    baseline.run(words)

    assert seen == [passed_on]


@pytest.mark.parametrize("words", [[], ["--reason="], ["--reason"], ["db", "--reason= "]])
def test_a_baseline_needs_a_reason(capsys, words):
    assert cli.main(["baseline", *words]) == 4
    assert capsys.readouterr().err.startswith("pgproof: A baseline needs a reason.\n")


def test_a_word_that_means_nothing_is_one_message(shop):
    done = pgproof(shop, "baseline", "--reason=x", "--chek=down-runs")

    assert done.returncode == 4
    assert not (shop / "pgproof.baseline.toml").exists()

"""What is judged from a base is judged as in a run over the whole history."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import chosen_server
import pytest
from histories import generated

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"
Results = dict[tuple[str, str], str]
"""(Check, subject) → outcome."""
OF_THE_WHOLE = frozenset({
    "deploy-modes-agree", "second-up-changes-nothing", "release-rolls-back", "full-rollback-leaves-nothing",
    "released-is-unchanged", "versions-are-ordered",
})  # fmt: skip
"""Checks whose subject is another one from a base."""


def verify(folder: Path, *options: str) -> Results:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "verify", "-q", *options],
        cwd=folder, env=chosen_server.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    cases = ET.parse(folder / "reports" / "junit.xml").getroot().iter("testcase")  # noqa: S314 - our own report
    found = [{p.get("name", ""): p.get("value", "") for p in case.iter("property")} for case in cases]
    return {(c["check"], c["subject"]): c["outcome"] for c in found if c["check"] not in OF_THE_WHOLE}


def judged(results: Results) -> Results:
    return {key: outcome for key, outcome in results.items() if key[1] != "history"}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    for name in ("migrations", "seed"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pgproof.toml", tmp_path)
    return tmp_path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    generated.write(tmp_path / "migrations")
    return tmp_path


def compare(folder: Path, bases: list[str]) -> None:
    whole = verify(folder)
    for base in bases:
        newer = judged(verify(folder, f"--since={base}"))
        assert newer
        unlike = {key: (outcome, whole.get(key)) for key, outcome in newer.items() if whole.get(key) != outcome}
        assert unlike == {}, base


def test_on_a_sound_history(sound):
    compare(sound, ["m20250614_000000_insert_default_roles", "m20250701_000001_fill_tasks_archived"])


def test_on_a_history_of_many_faults(faulty):
    compare(faulty, ["10", "20", "27"])

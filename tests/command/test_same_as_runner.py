"""A tool that is not ours: the results are those of the SQL runner, on a sound history and on a faulty one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import chosen_server
import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"
TOOL = """
[tool]
up = "{script} up {{url}} {{directory}}"
up_one = "{script} up-one {{url}} {{directory}} {{version}}"
down = "{script} down {{url}} {{directory}} {{version}}"
"""
FAULTS = {
    "m20250801_000000_syntax": ("ALTER TABLE tasks ADD COLUMN note txet;", "SELECT 1;"),
    "m20250712_000000_not_null": (
        "ALTER TABLE tasks ADD COLUMN IF NOT EXISTS channel text NOT NULL;", "ALTER TABLE tasks DROP COLUMN channel;",
    ),
    "m20250713_000000_no_guard": ("CREATE TABLE labels (id bigint PRIMARY KEY);", "DROP TABLE labels;"),
    "m20250714_000000_unnamed": ("CREATE INDEX ON tasks (created_at);", "DROP INDEX tasks_created_at_idx;"),
    "m20250715_000000_deletes": ("DELETE FROM tasks WHERE id % 2 = 0;", "SELECT 1;"),
    "m20250716_000000_rewrites": ("UPDATE tasks SET title = title || '!';", "SELECT 1;"),
    "m20250717_000000_bad_down": (
        "ALTER TABLE roles ADD COLUMN IF NOT EXISTS a int;", "ALTER TABLE roles DROP COLUMN b;",
    ),
    "m20250718_000000_traces": (
        "CREATE TABLE IF NOT EXISTS x (id bigint PRIMARY KEY); CREATE INDEX IF NOT EXISTS tu ON tasks (updated_at);",
        "DROP TABLE x;",
    ),
    "m20250719_000000_empty_down": ("ALTER TABLE roles ADD COLUMN IF NOT EXISTS c int;", "-- nothing"),
    "m20250720_000000_no_key": ("CREATE TABLE IF NOT EXISTS log (at timestamptz);", "DROP TABLE log;"),
}  # fmt: skip


@pytest.fixture
def history(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    shutil.copytree(ROOT / "seed", tmp_path / "seed")
    (tmp_path / "migrations" / "pgproof.lock").unlink(missing_ok=True)
    return tmp_path


def results(history: Path, *, tool: bool) -> set[tuple[str, str, str]]:
    """Return (check, subject, outcome) of a run, by the SQL runner or by the script."""
    settings = (ROOT / "pgproof.toml").read_text()
    if tool:
        settings += TOOL.format(script=HERE / "migrate.sh")
    (history / "pgproof.toml").write_text(settings)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "verify", "-q"],
        cwd=history, env=chosen_server.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode in {0, 1}, said
    cases = ET.parse(history / "reports" / "junit.xml").getroot().iter("testcase")  # noqa: S314 - our own report
    found = [{p.get("name", ""): p.get("value", "") for p in case.iter("property")} for case in cases]
    return {(c["check"], c["subject"], c["outcome"]) for c in found}


def test_on_a_sound_history(history):
    ours, theirs = results(history, tool=False), results(history, tool=True)

    assert theirs == ours
    assert [result for result in theirs if result[2] not in {"pass", "not applicable"}] == []


def test_on_ten_faults(history):
    for version, (up, down) in FAULTS.items():
        (history / "migrations" / f"{version}.up.sql").write_text(up + "\n")
        (history / "migrations" / f"{version}.down.sql").write_text(down + "\n")
    ours, theirs = results(history, tool=False), results(history, tool=True)

    assert theirs == ours
    failed = {subject for _, subject, outcome in theirs if outcome == "fail"}
    assert set(FAULTS) - failed == {"m20250720_000000_no_key"}
    assert ("table-has-primary-key", "public.log", "fail") in theirs

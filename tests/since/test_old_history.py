"""An old history with many faults, and one new migration: only the new one is judged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from histories import old

COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"
NEW = "0201"


@dataclass(frozen=True)
class Ended:
    code: int
    said: str
    results: set[tuple[str, str, str]]
    """Check, subject, outcome."""
    blamed: set[str]
    """The migrations that findings are about."""
    size: int
    """Bytes of the JUnit report."""

    def failed(self) -> set[str]:
        return {check for check, _, outcome in self.results if outcome == "fail"}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old") / "migrations"
    old.write(folder)
    return folder


@pytest.fixture
def judge(history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Return a function that judges the old history with one more migration."""
    for name in [name for name in os.environ if name.startswith(("PGPROOF_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    for file in history.iterdir():
        (migrations / file.name).symlink_to(file)

    def run(up: str, down: str | None, *options: str) -> Ended:
        (migrations / f"{NEW}_new.up.sql").write_text(up)
        if down is not None:
            (migrations / f"{NEW}_new.down.sql").write_text(down)
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, "verify", "--profile=adopt", "--since=200", "-q", *options],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return _ended(done, tmp_path / "reports" / "junit.xml")

    return run


def _ended(done: subprocess.CompletedProcess[str], junit: Path) -> Ended:
    said = done.stdout + done.stderr
    assert junit.exists(), said
    cases = [
        {p.get("name", ""): p.get("value", "") for p in case.iter("property")}
        for case in ET.parse(junit).getroot().iter("testcase")  # noqa: S314 - our own report
    ]
    return Ended(
        code=done.returncode,
        said=said,
        results={(c["check"], c["subject"], c["outcome"]) for c in cases},
        blamed={c["migration"] for c in cases if c["outcome"] == "fail"},
        size=junit.stat().st_size,
    )


def test_a_good_new_migration_passes_and_nothing_else_is_judged(judge):
    ended = judge(
        "ALTER TABLE t7 ADD COLUMN IF NOT EXISTS colour text;", "ALTER TABLE t7 DROP COLUMN colour;"
    )

    assert ended.code == 0, ended.said
    assert {outcome for _, _, outcome in ended.results} == {"pass", "not applicable", "not judged"}
    assert ("rows-survive", NEW.lstrip("0"), "pass") in ended.results
    assert "200 migrations are older than 200" in ended.said
    assert ended.size < 300_000


OF_MIGRATIONS = frozenset({"migration-applies", "migration-applies-to-rows", "down-is-written", "down-runs"})
BAD = {
    "syntax": ("ALTER TABLE t7 ADD COLUMN colour txet;", "SELECT 1;", "migration-applies"),
    "not null": (
        "ALTER TABLE t7 ADD COLUMN IF NOT EXISTS colour text NOT NULL;", "ALTER TABLE t7 DROP COLUMN colour;",
        "migration-applies-to-rows",
    ),
    "unnamed index": (
        "CREATE INDEX ON t7 (amount);", "DROP INDEX t7_amount_idx;", "double-apply-keeps-schema",
    ),
    "doubling": (
        "UPDATE t7 SET amount = amount + 1;", "UPDATE t7 SET amount = amount - 1;", "double-apply-keeps-data",
    ),
    "deleting": ("DELETE FROM t40 WHERE id % 2 = 0;", "SELECT 1;", "rows-survive"),
    "no down": ("ALTER TABLE t7 ADD COLUMN IF NOT EXISTS colour text;", None, "down-is-written"),
    "failing down": (
        "ALTER TABLE t7 ADD COLUMN IF NOT EXISTS colour text;", "ALTER TABLE t7 DROP COLUMN color;", "down-runs",
    ),
    "traces": (
        "CREATE TABLE IF NOT EXISTS u (id bigint PRIMARY KEY); CREATE INDEX IF NOT EXISTS t7_made ON t7 (made_at);",
        "DROP TABLE u;", "rollback-restores-schema",
    ),
    "no key": ("CREATE TABLE IF NOT EXISTS u (id bigint);", "DROP TABLE u;", "table-has-primary-key"),
    "no index": (
        "ALTER TABLE t7 ADD COLUMN IF NOT EXISTS other_id bigint REFERENCES t3 (id);",
        "ALTER TABLE t7 DROP COLUMN other_id;", "foreign-key-is-indexed",
    ),
    "lost key": ("ALTER TABLE t7 DROP CONSTRAINT IF EXISTS t7_pkey CASCADE;", None, "table-has-primary-key"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_new_migration_is_the_only_one_that_is_blamed(judge, bad):
    up, down, check = BAD[bad]

    ended = judge(up, down)

    assert ended.code == 1, ended.said
    assert check in ended.failed(), ended.said
    assert ended.blamed <= {NEW.lstrip("0"), ""}, ended.said
    if check in OF_MIGRATIONS:
        assert f"{check}: 1 of 1 migrations" in ended.said  # the old ones are not counted


def test_nothing_newer_is_no_failure(judge):
    ended = judge("SELECT 1;", "SELECT 1;", "--since=201", "-v")

    assert ended.code == 0, ended.said
    assert "judged: none newer than 201" in ended.said
    assert {outcome for _, _, outcome in ended.results} == {"pass", "not applicable", "not judged"}


def test_an_older_migration_that_is_asked_for_is_said_to_be_older(judge):
    ended = judge("SELECT 1;", "SELECT 1;", "--subject=5")

    assert ended.code == 4
    assert "newer than 200 is or touches is not judged: leave `since` out" in ended.said


def test_the_old_history_has_the_faults_that_it_is_meant_to_have(history):
    ups = [path.read_text() for path in sorted(history.glob("*.up.sql"))]
    downs = [path.read_text() for path in sorted(history.glob("*.down.sql"))]

    assert len(ups) == old.MIGRATIONS
    assert sum("text NOT NULL;" in up for up in ups) == old.FAIL_ON_ROWS
    assert sum("1 / 0" in down for down in downs) == old.BROKEN_DOWNS
    assert sum("DROP COLUMN" in up for up in ups) == old.DROPS
    guarded = sum("IF NOT EXISTS" in up or "IF EXISTS" in up for up in ups)
    assert abs(old.MIGRATIONS - guarded - old.MIGRATIONS / 3) <= 3

"""A project with scratch checks and a walk that needs no server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import fake_walk
import pytest
from fake_walk import LINE

HERE = Path(__file__).parent
CHECKS = (HERE / "scratch_checks.py").read_text()



class Project:
    """A directory with migrations and checks, and ways to run pytest in it."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        self.root = pytester.path
        for name in [name for name in os.environ if name.startswith("PGPROOF_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), *sys.path[1:]]))
        monkeypatch.setitem(sys.modules, "pgproof.walk.opening", fake_walk)
        (self.root / "migrations").mkdir()
        self.checks(CHECKS)

    def migrations(self, *, downs: bool = True, **texts: str) -> None:
        """Write migrations: version → text of its up."""
        for version, text in texts.items():
            (self.root / "migrations" / f"{version}.up.sql").write_text(text)
            if downs:
                (self.root / "migrations" / f"{version}.down.sql").write_text("SELECT 1;")

    def checks(self, source: str) -> None:
        """Write the check module."""
        (self.root / "test_scratch.py").write_text(source)

    def settings(self, text: str) -> None:
        """Write pgproof.toml."""
        (self.root / "pgproof.toml").write_text(text)

    def run(self, *args: str) -> pytest.RunResult:
        """Run pytest on the scratch checks, in this process or, under xdist, in one of its own."""
        if any(arg.startswith("-n") for arg in args):
            return self.pytester.runpytest_subprocess(*LINE, *args)
        return self.pytester.runpytest_inprocess(*LINE, *args)

    def walked(self) -> list[dict[str, object]]:
        """Return what each walk was asked for."""
        return [value for what, value in self.log() if what == "walk"]

    def log(self) -> list[list[object]]:
        """Return what the fake session did."""
        path = self.root / "walk.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project with three migrations."""
    made = Project(pytester, monkeypatch)
    made.migrations(m1="CREATE TABLE a ();", m2="CREATE TABLE b ();", m3="CREATE TABLE c ();")
    return made

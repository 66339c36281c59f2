"""A tool that undoes several migrations in one command is asked to, and says where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.server import database as databases
from pgproof.tool import Failure, Stopped, layouts
from pgproof.tool.sql import SqlTool
from pgproof.walk.probes.rollback import rollback
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer


class Together:
    """The SQL runner, with a command for several downs."""

    def __init__(self, tool: SqlTool, stopped: Stopped | None) -> None:
        self._tool, self._stopped = tool, stopped
        self.asked: list[list[str]] = []

    def __getattr__(self, name):
        return getattr(self._tool, name)

    def undo(self, url: str, versions: list[str]) -> Stopped | None:  # noqa: ARG002 - the protocol's
        self.asked.append(list(versions))
        return self._stopped


@pytest.fixture
def undo(server, tmp_path: Path, prefix):
    """Return a function: where the command stops, to what became of the rollback and what was asked."""
    for version in ("m1", "m2"):
        (tmp_path / f"{version}.up.sql").write_text(f"CREATE TABLE {version} ()")
        (tmp_path / f"{version}.down.sql").write_text("SELECT 1")

    def tried(stopped: Stopped | None):
        tool = Together(SqlTool(layouts.detect(tmp_path)), stopped)
        databases.create(server, f"{prefix}_together")
        stage = Stage(server, tool, Observer(exclude=frozenset(), limit=10), f"{prefix}_together")
        found = rollback(stage, tool.history.migrations, stage.look())
        stage.drop()
        return found, tool.asked

    return tried


def test_it_is_one_command(undo):
    (attempt, stopped), asked = undo(None)

    assert asked == [["m1", "m2"]]
    assert attempt.failure is None
    assert (attempt.ran, stopped) == (2, "")


def test_it_says_where_it_stopped(undo):
    (attempt, stopped), _ = undo(Stopped(version="m1", failure=Failure(sqlstate="42P01", message="no")))

    assert stopped == "m1"
    assert attempt.failure is not None
    assert attempt.failure.sqlstate == "42P01"

"""What a savepoint says of a probe, a clone says too: on histories that people wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.tool import Body
from pgproof.tool.sql import SqlTool
from pgproof.walk.evidence import Attempt, Step

HERE = Path(__file__).parents[2]


class OnClones(SqlTool):
    """The same tool, whose migrations are never probed behind savepoints."""

    def body(self, version: str, *, down: bool = False) -> Body:
        return replace(super().body(version, down=down), needs_clone="the test asks for clones")


def _histories():
    yield pytest.param(HERE / "migrations", id="migrations")
    for package, folder in (("procrastinate", "sql/migrations"), ("litellm_proxy_extras", "migrations")):
        yield pytest.param((package, folder), id=package, marks=pytest.mark.tools)


def _said(attempt: Attempt | None):
    """Return what checks judge: the refusal, or what changed; generated key values and clocks are the server's."""
    if attempt is None:
        return None
    if attempt.failure is not None:
        return attempt.failure.sqlstate, attempt.failure.line
    return attempt.difference.schema_counts, tuple((c.table, c.lost, c.gained) for c in attempt.difference.rows)


def _verdicts(step: Step):
    return {"again": _said(step.again), "down": _said(step.down), "redo": _said(step.redo)}


@pytest.mark.parametrize("history", [*_histories()])
def test_savepoint_and_clone_agree(walk, history, tmp_path):
    if isinstance(history, tuple):
        history = Path(pytest.importorskip(history[0]).__file__).parent / history[1]
    behind = walk(history).steps
    on_clones = walk(history, by=OnClones).steps
    assert behind.keys() == on_clones.keys()
    hows = {a.how for s in behind.values() for a in (s.again, s.down, s.redo) if a is not None}
    assert "savepoint" in hows
    assert {v: _verdicts(s) for v, s in behind.items()} == {v: _verdicts(s) for v, s in on_clones.items()}

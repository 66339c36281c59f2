"""Histories that nobody here wrote, on a real server: all at once and one at a time."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from pgproof.tool import layouts
from pgproof.tool.sql import SqlTool

PACKAGES = [
    ("procrastinate", "sql/migrations", "numbered", {"transaction"}),
    ("litellm_proxy_extras", "migrations", "prisma", {"transaction", "autocommit"}),
]


@pytest.fixture(params=PACKAGES, ids=[p[0] for p in PACKAGES])
def real(request: pytest.FixtureRequest) -> tuple[SqlTool, str, set[str]]:
    package, folder, layout, modes = request.param
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    history = layouts.detect(Path(spec.origin).parent / folder)
    return SqlTool(history), layout, modes


def test_it_is_read_as_what_it_is(real) -> None:
    tool, layout, modes = real
    assert tool.history.layout == layout
    assert tool.history.faults == ()
    assert {m.mode for m in tool.history.migrations} == modes
    assert not any(p.suffix == ".sql" for p in tool.history.ignored)


def test_it_applies_all_at_once(real, database: str) -> None:
    tool, _, _ = real
    tool.up_all(database)
    assert tuple(r.version for r in tool.recorded(database)) == tool.history.versions


def test_it_applies_one_at_a_time(real, database: str) -> None:
    tool, _, _ = real
    ran = {version: tool.up(database, version) for version in tool.history.versions}
    assert tuple(r.version for r in tool.recorded(database)) == tool.history.versions
    empty = {v for v in tool.history.versions if tool.body(v).is_empty}
    assert {v for v, statements in ran.items() if not statements} == empty

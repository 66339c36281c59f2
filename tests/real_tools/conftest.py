"""The tools, and a database of one name for each thing that they do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from oracle import dump
from oracle.programs import programs

from pgproof.server import Server
from pgproof.server import database as databases

from . import builds
from .programs import ALL, Tool

NAME = "pgproof_test_real_tool"
Shown = tuple[Any, dict[str, Any]]


@pytest.fixture(params=ALL, ids=[t.layout for t in ALL])
def real(request: pytest.FixtureRequest) -> Tool:
    tool = request.param
    try:
        tool.up("postgresql://x@/x?host=/x&port=1", Path())
    except builds.Missing as missing:
        pytest.skip(str(missing))
    return tool


@pytest.fixture
def state(server: Server, real: Tool) -> Callable[[Callable[[str], None]], Shown]:
    """Return a function that does something to a new database, always of one name, and gives what it holds then."""

    def after(act: Callable[[str], None]) -> Shown:
        url = databases.create(server, NAME)
        try:
            act(url)
            found = dump.parse(programs(url).dump(NAME))
        finally:
            databases.drop(server, NAME)
        rows = {name: _untimed(table, real if name == real.history else None) for name, table in found.tables.items()}
        return found.schema, rows

    return after


def _untimed(table: dump.Rows, tool: Tool | None) -> Any:
    kept = [c for c in table.columns if tool is None or c not in tool.timing]
    return kept, table.over(kept)

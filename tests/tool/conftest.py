"""Migrations directories written by the test that needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgproof.server.session import connect
from pgproof.tool import Failure, MigrationFailed, layouts
from pgproof.tool.sql import SqlTool

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes files, given as name → text or bytes, and returns their directory."""

    def make(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "migrations"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture
def tool(write: Write) -> Callable[..., SqlTool]:
    """Return a function that makes the tool of such a directory."""

    def make(files: dict[str, str | bytes], *, layout: str | None = None, **options: object) -> SqlTool:
        return SqlTool(layouts.detect(write(files), layout), **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def one() -> Callable[[str, str], object]:
    """Return a function that gives the one value of a query."""

    def read(url: str, statement: str) -> object:
        with connect(url) as connection:
            row = connection.execute(statement).fetchone()
        assert row
        return row[0]

    return read


@pytest.fixture
def failure_of() -> Callable[..., Failure]:
    """Return a function that gives the failure of an up that must fail."""

    def fail(tool: SqlTool, url: str, version: str) -> Failure:
        with pytest.raises(MigrationFailed) as failed:
            tool.up(url, version)
        return failed.value.failure

    return fail

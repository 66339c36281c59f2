"""A project of its own for each test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from robust import WAYS, Project


@pytest.fixture
def top() -> Iterator[Path]:
    """Yield a directory that every account may enter; pytest's own are closed to the server's."""
    path = Path(tempfile.mkdtemp(prefix="test-robust-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def project(top: Path) -> Project:
    """Return an empty project."""
    return Project(top)


@pytest.fixture(params=["command", "pytest -n 2"])
def line(request: pytest.FixtureRequest) -> list[str]:
    """Return two of the ways, which between them have both programs, with and without workers."""
    return WAYS[request.param]

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checkout import Checkout


@pytest.fixture(autouse=True)
def without_user_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return an empty repository, on the branch main."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return Checkout.new(tmp_path / "repository")

"""A directory to run ``pgproof verify`` in, and what becomes of its words."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pgproof.commands import verify


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PGPROOF_")]:
        monkeypatch.delenv(name)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "Größe und Maß").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def line(here, *words):
    return verify.verify_line(words, here)


def run_command(here, *words, more=()):
    path = os.pathsep.join([*(path for path in sys.path if path), *more])
    return subprocess.run(
        [sys.executable, "-P", "-c", "import sys; from pgproof.cli import main; sys.exit(main())", "verify", *words],
        cwd=here, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

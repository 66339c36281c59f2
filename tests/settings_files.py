"""A directory with a settings file, and what is read from it."""

from __future__ import annotations

import pytest

from pgproof.settings import load


@pytest.fixture
def here(tmp_path):
    (tmp_path / "migrations").mkdir()
    return tmp_path


def read(here, text="", *, options=None, environ=None, name="pgproof.toml"):
    if text:
        (here / name).write_text(text)
    return load(options or {}, cwd=here, environ=environ or {})

"""A program that is built, and sea-orm-cli, give what the crate gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.tool import cargo

from .crate import CRATES, REAL, Result, cache, sea_orm_cli, verify

pytestmark = REAL


@pytest.fixture
def built(monkeypatch) -> Path:
    """Return the example's program, which also is what cargo runs now."""
    monkeypatch.setenv("CARGO_TARGET_DIR", str(cache() / "sea-orm"))
    return cargo.build(CRATES[2])


@pytest.fixture
def crate(built, tmp_path) -> Result:
    return verify(CRATES[2], tmp_path / "crate.xml")


def by(program: Path, folder: Path) -> Result:
    lines = [f'migrations = "{CRATES[2]}"', f'contract = "{CRATES[2]}/contract.toml"', f'sea_orm.program = "{program}"']
    (folder / "pgproof.toml").write_text("\n".join(lines))
    return verify(None, folder / "junit.xml")


def test_a_program_that_is_built_gives_the_same(built, crate, tmp_path):
    result = by(built, tmp_path)

    assert result.code == 0, result.said
    assert result.outcomes == crate.outcomes


def test_sea_orm_cli_gives_the_same(built, crate, tmp_path):
    result = by(sea_orm_cli(), tmp_path)

    assert result.code == 0, result.said
    assert result.outcomes == crate.outcomes

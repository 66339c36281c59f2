"""A project without settings, and what ``pgproof init`` says and writes there."""

from __future__ import annotations

import os
import subprocess
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from pgproof import cli
from pgproof.commands import init
from pgproof.settings import Settings, load

TODAY = date(2026, 6, 1)
OLD = TODAY - timedelta(days=90)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("PGPROOF_", "GIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    class Today(date):
        @classmethod
        def today(cls) -> date:
            return TODAY

    monkeypatch.setattr(init, "date", Today)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Return what runs ``pgproof init`` and gives its exit code and all that it says."""

    def said(*words: str) -> tuple[int, str]:
        code = cli.main(["init", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return said


def git(folder: Path, *words: str, day: date = OLD) -> str:
    stamp = f"{day.isoformat()}T12:00:00+0000"
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True,
        env={**os.environ, **who, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp},
    ).stdout  # fmt: skip


def migrations(here: Path, folder: str = "migrations", *, first: int = 1, last: int = 3) -> Path:
    path = here / folder
    path.mkdir(parents=True, exist_ok=True)
    for number in range(first, last + 1):
        up = f"CREATE TABLE IF NOT EXISTS t{number} (id int PRIMARY KEY);\n"
        (path / f"{number:06}_t{number}.up.sql").write_text(up)
        (path / f"{number:06}_t{number}.down.sql").write_text(f"DROP TABLE t{number};\n")
    return path


def repository(here: Path, *, last: int = 3, day: date = OLD, branch: str = "main") -> None:
    migrations(here, last=last)
    git(here, "init", "-q", "-b", branch)
    git(here, "add", "-A")
    git(here, "commit", "-q", "-m", "all", day=day)


def written(here: Path) -> dict[str, object]:
    """Return what is in pgproof.toml, which the settings are able to read."""
    settings()
    return tomllib.loads((here / "pgproof.toml").read_text(encoding="utf-8"))


def settings() -> Settings:
    return load({}, cwd=Path.cwd(), environ={})


def files(here: Path) -> set[str]:
    found = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith((".git/", "migrations/"))}

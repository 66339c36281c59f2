"""What CONTRIBUTING.md says about a new check is what happens, step by step, in a copy of this repository."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import get_args

import pytest

from pgproof.errors import UsageFault
from pgproof.finding import Kind
from pgproof.new_check import OVER, begin, files, main
from pgproof.registry import records

ROOT = Path(__file__).resolve().parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ID = "table-name-needs-no-quotes"
PROGRAMS = {
    "python": [sys.executable],
    "pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"],
    "pgproof": [sys.executable, "-P", "-c", "from pgproof.cli import main; raise SystemExit(main())"],
}


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", CONTRIBUTING, re.DOTALL | re.MULTILINE)
    return [dedent(block) for block in found]


def lines() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a copy of what a new check needs, with pgproof as a package that is imported from there."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "pgproof", tmp_path / "site" / "pgproof", ignore=ignored)
    shutil.copytree(ROOT / "checks", tmp_path / "checks", ignore=ignored)
    (tmp_path / "site" / "pgproof" / "checks").symlink_to(tmp_path / "checks")
    shutil.copytree(ROOT / "tests" / "specimens" / "down-is-written", tmp_path / "tests/specimens/down-is-written")
    (tmp_path / "tests" / "checks").mkdir()
    shutil.copy(ROOT / "tests" / "checks" / "test_specimens.py", tmp_path / "tests" / "checks")
    return tmp_path


def run(line: str, repository: Path) -> subprocess.CompletedProcess[str]:
    name, *rest = shlex.split(line)
    path = os.pathsep.join([str(repository / "site"), *(p for p in sys.path if p and Path(p) != ROOT / "src")])
    return subprocess.run(
        [*PROGRAMS[name], *rest], cwd=repository, env={**os.environ, "PYTHONPATH": path}, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_steps_lead_to_a_check_that_works(repository: Path) -> None:
    begins, specimens, verifies = lines()
    begun = run(begins, repository)
    assert begun.returncode == 0, begun.stderr
    unwritten = run(specimens, repository)
    assert unwritten.returncode == 1, unwritten.stdout
    assert "judge it: raise Finding" in unwritten.stdout
    assert run(verifies, repository).returncode == 3

    (text,) = (block for block in blocks("python") if ID in block)
    (repository / "checks" / f"test_{ID.replace('-', '_')}.py").write_text(text, encoding="utf-8")
    for file in (repository / "tests" / "specimens" / ID / "bad").iterdir():
        changed = re.sub(r"\busers\b(?! \(id\))", '"Users"', file.read_text(encoding="utf-8"))
        file.write_text(changed, encoding="utf-8")

    written = run(specimens, repository)
    assert written.returncode == 0, written.stdout
    verified = run(verifies, repository)
    assert verified.returncode == 1
    assert 'public."Users" needs quotes' in verified.stdout


@pytest.mark.parametrize("over", OVER)
def test_what_is_begun_over_any_kind_names_a_subject_that_is_there(over: Kind, repository: Path) -> None:
    begin("claim-is-new", over, repository)
    specimen = repository / "tests" / "specimens" / "claim-is-new" / "bad"
    (subject,) = re.findall("subject = '(.*)'", (specimen / "expect.toml").read_text(encoding="utf-8"))
    ended = run(f"pgproof verify {specimen} --check=claim-is-new --subject={shlex.quote(subject)}", repository)

    assert ended.returncode == 3, ended.stdout
    assert f"claim-is-new on {subject}: " in ended.stdout
    assert "NotImplementedError" in ended.stdout


def test_every_kind_can_be_begun() -> None:
    assert tuple(OVER) == get_args(Kind)


def test_every_part_is_there_and_none_is_overwritten(top: Path) -> None:
    made = begin("claim-is-new", "migration", top)

    assert set(made) == set(files("claim-is-new", "migration"))
    assert all((top / path).is_file() for path in made)
    with pytest.raises(UsageFault, match=r"There is a check 'claim-is-new', in checks/test_claim_is_new\.py"):
        begin("claim-is-new", "migration", top)
    with pytest.raises(UsageFault, match="There is a check"):
        begin(next(iter(records())), "migration", top)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return what looks like the top of this repository."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "levels.py").touch()
    (tmp_path / "tests" / "specimens").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    "check",
    ["Claim", "claim", "claim-", "-claim", "claim--is", "Claim-is", "claim_is", "claim-is/../x", "claim-is new",
     "claim-is\n", "größe-ist", "1-claim", ""],
)  # fmt: skip
def test_what_is_no_id_is_refused(check: str, top: Path) -> None:
    with pytest.raises(UsageFault, match="is no id"):
        begin(check, "migration", top)
    assert not [*(top / "tests" / "specimens").iterdir()]


def test_a_kind_that_is_unknown_is_refused(top: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(top)
    assert main(["claim-is-new", "--over", "tabel"]) == 4
    assert (
        "pgproof: There is no kind 'tabel'. Did you mean 'table'?\nThe kinds are migration," in capsys.readouterr().err
    )
    assert not [*(top / "tests" / "specimens").iterdir()]


@pytest.mark.parametrize("path", files("claim-is-new", "table"))
def test_nothing_that_is_there_is_overwritten_not_even_through_a_link(path: str, top: Path) -> None:
    (top / path).parent.mkdir(parents=True, exist_ok=True)
    (top / path).symlink_to(top / "away")
    with pytest.raises(UsageFault, match="There is a check"):
        begin("claim-is-new", "table", top)
    assert not (top / "away").exists()
    assert [p for p in top.rglob("*claim*") if p.is_file()] == []


def test_it_belongs_to_this_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="is not pgproof's repository"):
        begin("claim-is-new", "migration", tmp_path)

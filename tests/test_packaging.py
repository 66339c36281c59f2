"""What is on disk is in the wheel: built straight, and through the sdist."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {"src/pgproof": "pgproof", "checks": "pgproof/checks"}
LITTER = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", "reports", ".hypothesis"
)  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository: building writes into the tree."""
    return copied(tmp_path_factory.mktemp("tree") / "pgproof")


@pytest.fixture(scope="module", params=["straight", "through the sdist"])
def wheel(request: pytest.FixtureRequest, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build(tree, out, *(["--wheel"] if request.param == "straight" else []))
    return next(out.glob("*.whl"))


def copied(to: Path) -> Path:
    shutil.copytree(ROOT, to, ignore=LITTER)
    return to


def build(tree: Path, out: Path, *options: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, *options, tree]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def shipped(root: Path) -> set[str]:
    """Return what a wheel made from this tree has to hold, by its path in the wheel."""
    return {
        f"{target}/{path.relative_to(root / source).as_posix()}"
        for source, target in SOURCES.items()
        for path in (root / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def held(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_what_is_on_disk(wheel: Path, tree: Path) -> None:
    assert held(wheel) == shipped(tree)


def test_the_wheel_has_both_entry_points(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel)
    name = next(n for n in files.namelist() if n.endswith("entry_points.txt"))
    declared = configparser.ConfigParser()
    declared.read_string(files.read(name).decode())
    assert dict(declared["console_scripts"]) == {"pgproof": "pgproof.cli:main"}
    assert dict(declared["pytest11"]) == {"pgproof": "pgproof.testing.plugin"}


def test_a_new_folder_of_checks_arrives_by_itself(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    new = tree / "checks" / "newgroup"
    new.mkdir()
    (new / "__init__.py").touch()
    (new / "test_new.py").touch()
    build(tree, tmp_path / "dist", "--wheel")
    assert "pgproof/checks/newgroup/test_new.py" in held(next((tmp_path / "dist").glob("*.whl")))


def test_the_wheel_works_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    command = [sys.executable, "-P", "-c", "import pgproof.checks, pgproof.catalog; print(pgproof.checks.__file__)"]
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"}
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path / "empty", env=environment)
    assert Path(found.stdout.strip()).is_relative_to(tmp_path / "site")

"""One history gives one set of results, whichever way and on whichever PostgreSQL it is verified."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from pgproof.registry import records

ROOT = Path(__file__).resolve().parent.parent
PGPROOF = [sys.executable, "-P", "-c", "from pgproof.cli import main; raise SystemExit(main())"]
PYTEST = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider"]

Result = tuple[str, str, str]


def results(command: list[str | Path], out: Path, *, cwd: Path = ROOT, path: Path | None = None) -> set[Result]:
    """Run a command; return its set of (check, subject, outcome)."""
    return {(p["check"], p["subject"], p["outcome"]) for p in properties(command, out, cwd=cwd, path=path)}


def properties(command: list[str | Path], out: Path, *, cwd: Path, path: Path | None) -> list[dict[str, str]]:
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    report = out / "junit.xml"
    evidence = f"--{'' if command[: len(PGPROOF)] == PGPROOF else 'pgproof-'}evidence={out / 'evidence'}"
    done = subprocess.run(
        [*command, f"--junit-xml={report}", evidence, "--tb=no", "-q"],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stdout[-3000:] + done.stderr[-3000:]
    found = []
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
        said = {str(p.get("name")): str(p.get("value")) for p in case.iter("property")}
        found.append(said)
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> set[Result]:
    return results([*PGPROOF, "verify"], tmp_path_factory.mktemp("verify"))


def test_every_check_has_looked_at_something_and_passed(tmp_path: Path) -> None:
    found = properties([*PGPROOF, "verify"], tmp_path, cwd=ROOT, path=None)
    looked: Counter[str] = Counter()
    for said in found:
        assert said["outcome"] in {"pass", "not applicable"}, said
        if said["outcome"] == "pass":
            assert int(said["looked_at"]) > 0, said
            looked[said["check"]] += 1
    assert sorted(looked) == sorted(records())


def test_a_plain_pytest_in_the_repository(expected: set[Result], tmp_path: Path) -> None:
    assert results([*PYTEST, "checks", "-p", "no:randomly"], tmp_path) == expected


@pytest.mark.tools
@pytest.mark.parametrize("seed", [1, 2])
def test_in_random_order(expected: set[Result], tmp_path: Path, seed: int) -> None:
    assert results([*PYTEST, "checks", f"--randomly-seed={seed}"], tmp_path) == expected


@pytest.mark.tools
def test_in_two_processes(expected: set[Result], tmp_path: Path) -> None:
    assert results([*PGPROOF, "verify", "-n", "2"], tmp_path) == expected


@pytest.mark.tools
def test_from_the_wheel_alone(expected: set[Result], tmp_path: Path) -> None:
    """The wheel's package comes first on the path, and the working directory is not the repository."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT]
    subprocess.run(build, check=True)
    site = tmp_path / "site"
    zipfile.ZipFile(next(tmp_path.glob("*.whl"))).extractall(site)
    project = tmp_path / "project"
    project.mkdir()
    (project / "pgproof.toml").write_text((ROOT / "pgproof.toml").read_text(encoding="utf-8"), encoding="utf-8")
    for folder in ("migrations", "seed"):
        (project / folder).symlink_to(ROOT / folder)
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import pgproof.checks; print(pgproof.checks.__file__)"],
        env=os.environ | {"PYTHONPATH": str(site)}, capture_output=True, text=True, check=True, cwd=project,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(site)
    command = [*PYTEST, "-p", "no:randomly", "--pgproof-migrations=migrations", "--pyargs", "pgproof.checks"]
    assert results(command, tmp_path, cwd=project, path=site) == expected

"""Every check against its specimens, through the real command: bad fails as it says, good is silent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import chosen_server
import pytest

from pgproof.registry import records

ROOT = Path(__file__).parents[2]
SPECIMENS = ROOT / "tests" / "specimens"
RECORDS = records()
IDS = sorted(path.name for path in SPECIMENS.iterdir() if path.is_dir())

COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"
"""The `pgproof` command, wherever its script may lie."""

Result = set[tuple[str, str, str]]
"""Check, subject, outcome."""

FINDINGS = frozenset({"fail", "advice", "waived"})


Verify = Callable[[Path], tuple[Result, str]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the runs share compiled modules: compiling them costs more than a run."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def verify(tmp_path: Path, compiled: Path) -> Verify:
    """Return what runs `pgproof verify` on a copy of a specimen, and gives the results and what was printed."""
    return lambda specimen: _verify(specimen, tmp_path, _environment(compiled))


def _verify(specimen: Path, work: Path, environment: Mapping[str, str]) -> tuple[Result, str]:
    folder = work / "specimen"
    shutil.copytree(specimen, folder)
    settings = folder / "pgproof.toml"
    own = settings.read_text() if settings.exists() else ""
    gates = "\n".join(f'{check} = "gate"' for check in RECORDS)
    settings.write_text(f"{own}\n[levels]\n{gates}\n")
    junit = work / "junit.xml"
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, "verify", ".", "--server=embedded", f"--junit-xml={junit}", "-q"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = f"{run.stdout}\n{run.stderr}"
    assert run.returncode in {0, 1}, said
    return {_result(case) for case in ET.parse(junit).getroot().iter("testcase")}, said  # noqa: S314 - our own report


def _environment(compiled: Path) -> dict[str, str]:
    """Return the environment with the server that the other tests use, and without settings of its own."""
    foreign = ("PGPROOF_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    return environment | chosen_server.environ()


def _result(case: ET.Element) -> tuple[str, str, str]:
    properties = {p.get("name", ""): p.get("value", "") for p in case.iter("property")}
    return properties["check"], properties["subject"], properties["outcome"]


def _expected(check: str) -> set[tuple[str, str]]:
    listed = tomllib.loads((SPECIMENS / check / "bad" / "expect.toml").read_text())["findings"]
    return {(finding["check"], finding["subject"]) for finding in listed}


def test_every_check_has_its_specimens_and_no_specimen_lacks_a_check() -> None:
    assert sorted(RECORDS) == IDS
    assert [check for check in IDS if not (SPECIMENS / check / "good").is_dir()] == []


@pytest.mark.parametrize("check", IDS)
def test_a_bad_specimen_expects_its_check_and_exactly_what_its_record_allows(check: str) -> None:
    assert {found for found, _ in _expected(check)} == {check, *RECORDS[check].also}


@pytest.mark.parametrize("check", IDS)
def test_the_bad_specimen_has_exactly_the_findings_that_it_expects(check: str, verify: Verify) -> None:
    results, said = verify(SPECIMENS / check / "bad")
    found = {(name, subject) for name, subject, outcome in results if outcome in FINDINGS}
    assert found == _expected(check), said
    assert not [result for result in results if result[2] == "error"], said


@pytest.mark.parametrize("check", IDS)
def test_the_good_specimen_is_silent_and_its_check_has_passed(check: str, verify: Verify) -> None:
    results, said = verify(SPECIMENS / check / "good")
    assert {result for result in results if result[2] in {*FINDINGS, "error"}} == set(), said
    assert any(result[0] == check and result[2] == "pass" for result in results), said

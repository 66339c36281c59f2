"""One history gives one set of results, and each specimen its findings, on every version of PostgreSQL."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import chosen_server
import pytest
from test_same_results import PGPROOF, ROOT, Result, results

pytestmark = pytest.mark.tools
SPECIMENS = ROOT / "tests" / "checks" / "test_specimens.py"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> set[Result]:
    return results([*PGPROOF, "verify"], tmp_path_factory.mktemp("verify"))


@pytest.mark.parametrize("major", chosen_server.SUPPORTED)
def test_our_own_history(expected: set[Result], tmp_path: Path, major: int) -> None:
    assert results([*PGPROOF, "verify", *chosen_server.options(major)], tmp_path) == expected


@pytest.mark.parametrize(
    ("package", "folder", "least"),
    [("procrastinate", "sql/migrations", 38), ("litellm_proxy_extras", "migrations", 220)],
)
def test_real_histories(package: str, folder: str, least: int, tmp_path: Path) -> None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed (make tools)")
    migrations = Path(spec.origin).parent / folder
    found = {}
    for major in chosen_server.SUPPORTED:
        out = tmp_path / str(major)
        out.mkdir()
        found[major] = results([*PGPROOF, "verify", migrations, *chosen_server.options(major)], out, cwd=tmp_path)
    newest = found[max(found)]
    assert [major for major in found if found[major] != newest] == []
    assert len({subject for check, subject, _ in newest if check == "migration-applies"}) >= least


@pytest.mark.parametrize("major", chosen_server.SUPPORTED)
def test_the_specimens(major: int) -> None:
    chosen_server.options(major)  # skips where it cannot be had
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-n", "2", SPECIMENS]
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment = plain | {"PGPROOF_TEST_PG": str(major)}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[-1]) > 100, done.stdout[-1000:]

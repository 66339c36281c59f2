"""pgproof says of each migration what the oracle says, on an empty database and over rows."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import chosen_server
import pytest
from histories import generated

from pgproof.server import Server

from .agree import disagreements, outcomes
from .classify import State, classify
from .files import Files, dotted, named, pairs, prisma
from .programs import Programs

PGPROOF = [sys.executable, "-P", "-c", "from pgproof.cli import main; raise SystemExit(main())"]
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A history, how it is read, and what it is given."""

    name: str
    folder: Callable[[Path], Path]
    read: Callable[[Path], list[Files]]
    layout: str
    least: int
    """It has at least as many migrations."""
    home: Path | None = None
    """Where pgproof.toml and seeds are found when it is met by rows."""


def installed(package: str, *parts: str) -> Callable[[Path], Path]:
    """Return a way to the migrations of an installed package, which is skipped where it is not there."""

    def find(_: Path) -> Path:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            pytest.skip(f"{package} is not installed (make tools)")
        return Path(spec.origin).parent.joinpath(*parts)

    return find


SUBJECTS = [
    pytest.param(
        Subject(
            name="generated", folder=lambda tmp: generated.write(tmp / "generated"), read=pairs,
            layout="golang-migrate", least=30,
        ),
        id="generated",
    ),
    pytest.param(
        Subject(
            name="migrations", folder=lambda _: ROOT / "migrations", read=named, layout="named", least=13, home=ROOT,
        ),
        id="migrations",
    ),
    pytest.param(
        Subject(
            name="procrastinate", folder=installed("procrastinate", "sql", "migrations"), read=dotted,
            layout="numbered", least=38,
        ),
        id="procrastinate", marks=pytest.mark.tools,
    ),
    pytest.param(
        Subject(
            name="litellm", folder=installed("litellm_proxy_extras", "migrations"), read=prisma,
            layout="prisma", least=220,
        ),
        id="litellm", marks=pytest.mark.tools,
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of pgproof, by what it left."""

    junit: Path
    rows: Path
    evidence: Path

    def emptied(self) -> dict[str, tuple[str, ...]]:
        """Version → the tables that pgproof emptied because the migration was refused by rows."""
        steps = [json.loads(p.read_bytes()) for p in self.evidence.glob("step-*.json")]
        return {s["version"]: tuple(s["emptied"]) for s in steps if s.get("emptied")}


@pytest.mark.parametrize("where", ["empty", "rows"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_pgproof_agrees_with_the_oracle(
    subject: Subject, where: str, programs: Programs, server: Server, tmp_path: Path
) -> None:
    folder = subject.folder(tmp_path)
    history = subject.read(folder)
    assert len(history) >= subject.least
    run = verify(folder, subject, where, server, tmp_path / "run")
    state = State() if where == "empty" else State(rows=run.rows, emptied=run.emptied())
    verdicts = classify(programs, history, state)
    assert disagreements(history, verdicts, outcomes(run.junit)) == []
    assert len(verdicts) == len(history)


def verify(folder: Path, subject: Subject, where: str, server: Server, out: Path) -> Run:
    """Run ``pgproof verify`` on the same version of PostgreSQL."""
    out.mkdir()
    run = Run(junit=out / "junit.xml", rows=out / "rows", evidence=out / "evidence")
    options = [f"--layout={subject.layout}", f"--evidence={run.evidence}", f"--junit-xml={run.junit}"]
    options += [f"--keep-rows={run.rows}"] if where == "rows" else ["--rows=0"]
    options += ["--server=embedded", *chosen_server.options(server.version // 10_000), "-q", "--tb=no"]
    command = [*PGPROOF, "verify", folder, *options]
    home = subject.home if where == "rows" and subject.home else out
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=home)
    assert done.returncode in {0, 1}, done.stdout[-3000:] + done.stderr[-3000:]
    return run

"""The real command, run in a project of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = [sys.executable, "-P", "-c", "import sys; from pgproof.cli import main; sys.exit(main())", "verify"]
PYTEST = [sys.executable, "-P", "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "--pyargs",
          "pgproof.checks", "--pgproof-migrations=migrations"]  # fmt: skip
SECONDS = 120


@dataclass(frozen=True)
class Ended:
    """A run that has ended."""

    code: int
    text: str


@dataclass
class Project:
    """A directory with migrations in the layout ``named``, and what is in the environment."""

    root: Path
    more: dict[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def begin(self, *words: str, line: list[str] = COMMAND) -> subprocess.Popen[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PGPROOF_", "PYTEST_", "COV"))}
        return subprocess.Popen(
            [*line, *words],
            cwd=self.root,
            env=kept | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)} | self.more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, line: list[str] = COMMAND) -> Ended:
        return ended(self.begin(*words, line=line))


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for the end of a run."""
    try:
        out, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        raise AssertionError(f"hangs:\n{out}") from None
    return Ended(process.returncode, out)


def end(process: subprocess.Popen[str], sign: signal.Signals) -> Ended:
    """Send a signal to a run, and wait for its end."""
    time.sleep(0.05)
    process.send_signal(sign)
    return ended(process)

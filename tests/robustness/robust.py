"""A project of its own for each test, and the real command run in it, on a real server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import chosen_server
import pytest

PROGRAM = [sys.executable, "-P", "-c", "import sys; from pgproof.cli import main; sys.exit(main())"]
COMMAND = [*PROGRAM, "verify"]
PYTEST = [sys.executable, "-P", "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "--pyargs",
          "pgproof.checks", "--pgproof-migrations=migrations"]  # fmt: skip
WAYS = {"command": COMMAND, "command -n 2": [*COMMAND, "-n", "2"], "pytest": PYTEST, "pytest -n 2": [*PYTEST, "-n2"]}
"""The four ways to run the checks, which have the same exit codes."""

TABLE = "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL);"
SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """A run that has ended."""

    code: int
    text: str

    def demand_clean(self) -> None:
        """No traceback, no secret."""
        assert "Traceback" not in self.text, self.text
        assert "INTERNALERROR" not in self.text, self.text
        assert "hunter2" not in self.text, self.text

    def demand_fault(self, *words: str) -> None:
        """Exit code 4, and one message that holds these words."""
        self.demand_clean()
        assert self.code == 4, self.text
        for word in words:
            assert word in self.text, self.text


class Project:
    """A directory of a consumer, with places for servers and for temporary files that nobody else uses."""

    command = COMMAND
    pytest = PYTEST

    def __init__(self, top: Path) -> None:
        self.root = top / "project"
        self.scratch = top / "scratch"
        self.temporary = top / "tmp"
        self.marks = top / "marks"
        for place in (self.root, self.scratch, self.temporary, self.marks):
            place.mkdir()
            place.chmod(0o777)
        (self.root / "migrations").mkdir()
        self.more: dict[str, str] = {}
        """What else is in the environment."""
        self.without: tuple[str, ...] = ()
        """What is not in it."""

    def migrations(self, *texts: str) -> None:
        """Write m1, m2, … (m01, m02, … where there are many) in the layout ``named``."""
        width = len(str(len(texts)))
        for number, text in enumerate(texts, 1):
            (self.root / "migrations" / f"m{number:0{width}}.up.sql").write_text(text, encoding="utf-8")

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a run."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PGPROOF_", "PYTEST_", "COV"))}
        places = {"TMPDIR": str(self.temporary), "PGPROOF_SCRATCH": str(self.scratch), "PYTHONPATH": _path()}
        made = kept | places | (chosen_server.environ() if chosen_server.asked() else {}) | self.more
        return {name: value for name, value in made.items() if name not in self.without}

    def begin(self, line: Sequence[str], *words: str, **more: object) -> subprocess.Popen[bytes]:
        """Start a run in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [*line, *words], cwd=self.root, env=self.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, **more,
        )  # type: ignore[call-overload]  # fmt: skip

    def run(self, line: Sequence[str], *words: str, **more: object) -> Ended:
        """Run to the end; the places for servers and temporary files are empty afterwards."""
        ended = self.ended(self.begin(line, *words, **more))
        self.demand_nothing_left()
        return ended

    def ended(self, process: subprocess.Popen[bytes]) -> Ended:
        """Wait for a run's end."""
        try:
            out, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, _ = process.communicate()
            pytest.fail(f"hangs:\n{out.decode(errors='replace')}")
        return Ended(process.returncode, out.decode(errors="replace"))

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a run as nothing can be answered to; what its workers still say is not read."""
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    def left(self) -> list[str]:
        """Return what lies about, and which processes are at work in this project's places."""
        found = (p for place in (self.scratch, self.temporary) for p in place.iterdir())
        files = [str(p) for p in found if not p.name.startswith("pytest-of-")]  # xdist's workers leave that
        return files + [text for _, text in self.processes()]

    def processes(self, *words: str) -> list[tuple[int, str]]:
        """Return (pid, command line) of the processes that name one of this project's places and these words."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            names = str(self.scratch) in text or str(self.temporary) in text
            if names and int(path.parent.name) != os.getpid() and all(word in text for word in words):
                found.append((int(path.parent.name), text))
        return found

    def demand_nothing_left(self, seconds: float = 5) -> None:
        """Nothing is left in time."""
        assert within(seconds, lambda: not self.left()), self.left()

    def in_walk(self, mark: str) -> str:
        """Return statements that leave a mark and sleep, over rows only: never in the preview."""
        return (
            f"DO $do$ BEGIN IF EXISTS (SELECT FROM t) THEN COPY (SELECT 1) TO '{self.marks / mark}';"
            " PERFORM pg_sleep(30); END IF; END $do$;"
        )

    def wait_for(self, mark: str, process: subprocess.Popen[bytes]) -> None:
        """Wait until a run has got to where it leaves a mark."""
        there = within(SECONDS, lambda: (self.marks / mark).exists() or process.poll() is not None)
        assert there
        assert process.poll() is None, self.ended(process).text


def _path() -> str:
    return os.pathsep.join([str(Path(__file__).parent / "plugins"), *(path for path in sys.path if path)])


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Return whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True

"""A git repository of a test, worked on as people do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working tree."""

    root: Path

    @classmethod
    def new(cls, root: Path) -> Checkout:
        root.mkdir(parents=True, exist_ok=True)
        made = cls(root)
        made.git("init", "-q", "-b", "main")
        return made

    def git(self, *words: str) -> str:
        """Return what git says; fails the test where it fails."""
        done = subprocess.run(
            ["git", *IDENTITY, "-c", "protocol.file.allow=always", *words],
            cwd=self.root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, newline="")

    def commit(self, files: Mapping[str, str] | None = None, *, day: str = "") -> str:
        """Commit what is there, and return the checksum."""
        self.write(files or {})
        self.git("add", "-A")
        dates = {"GIT_COMMITTER_DATE": f"{day}T12:00:00", "GIT_AUTHOR_DATE": f"{day}T12:00:00"} if day else {}
        words = ["git", *IDENTITY, "commit", "-q", "--allow-empty", "-m", "x"]
        subprocess.run(words, cwd=self.root, check=True, env={**os.environ, **dates})
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str = "work", *, start: str = "main") -> None:
        self.git("checkout", "-q", "-b", name, start)

    def clone(self, target: Path, *words: str) -> Checkout:
        """Return a clone as CI makes it: over a protocol, so that it can be shallow."""
        self.git("clone", "-q", *words, f"file://{self.root}", str(target))
        return Checkout(target)

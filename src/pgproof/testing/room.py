"""The private directory of a run: gone when the run ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from pgproof import signals

PREFIX = "pgproof-run-"

_GUARD = """
trap '' INT TERM HUP QUIT
read -r _
tries=0
until rm -rf -- "$1" && [ ! -e "$1" ] || [ "$tries" -ge 90 ]; do
  tries=$((tries + 1))
  sleep 0.05
done
"""
"""A shell that holds the read end of a pipe: end of file, for whatever reason, and the directory goes.

More than once where needed: a worker of xdist that outlives its controller may be writing its note just then.
"""

_YOUNG = 10.0
"""Seconds in which a directory may not have its life sign yet."""


class Room:
    """A directory of mode 0700 with a life sign (a lock on it) and a guard."""

    def __init__(self) -> None:
        sweep(Path(tempfile.gettempdir()))
        with signals.held_back():  # until there is a guard, nobody else takes away what was begun
            self.root = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._life = os.open(self.root, os.O_RDONLY)
            fcntl.flock(self._life, fcntl.LOCK_EX)
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "pgproof-guard", str(self.root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )

    def close(self) -> None:
        """Remove the directory; harmless when called twice."""
        if self._guard.stdin is None or self._guard.stdin.closed:
            return
        self._guard.stdin.close()
        self._guard.wait(20)
        os.close(self._life)


def sweep(parent: Path) -> None:
    """Remove what runs left behind whose guard was killed too: the lock of a dead run is free."""
    for path in parent.glob(f"{PREFIX}*"):
        try:
            if path.stat().st_uid != os.geteuid() or time.time() - path.stat().st_mtime < _YOUNG:
                continue
            life = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(life, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(life)

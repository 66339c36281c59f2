"""psql on a database of ours, in the user's terminal or behind a pipe."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgproof.server import Server, remaining

_STEERS = ("PGHOSTADDR", "PGSERVICE", "PGOPTIONS")
"""Variables that would lead to another server or give other settings than the URL says."""

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


def program(server: Server) -> Path | None:
    """Return the psql that came with the server, else the one on PATH, else None."""
    own = remaining.own(server)
    beside = own.binaries.folder / "psql" if own is not None else None
    if beside is not None and os.access(beside, os.X_OK):
        return beside
    found = shutil.which("psql")
    return Path(found) if found else None


def typed(path: Path | None, url: str) -> str:
    """Return the command that a user would type to get to a database, without a password."""
    on_path = shutil.which("psql")
    name = "psql" if on_path or path is None else str(path)
    return shlex.join([name, without_password(url)])


def without_password(url: str) -> str:
    """Return a URL, or a connection string, without its password."""
    given = conninfo_to_dict(url)
    if given.pop("password", None) is None:
        return url
    return make_conninfo("", **given)


def _ends_with(parent: int) -> Callable[[], None] | None:
    """Return what lets a new program end when this process does, SIGKILL included; None where the system cannot."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ends() -> None:
        prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ends


def run(path: Path, url: str, arguments: Sequence[str] = ()) -> int:
    """Run psql to its end and return its exit code; Ctrl-C is for psql, which ends a query with it."""
    given = conninfo_to_dict(url)
    environ = {name: value for name, value in os.environ.items() if name not in _STEERS}
    if given.get("password"):
        environ["PGPASSWORD"] = str(given["password"])
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        process = subprocess.Popen(
            [str(path), *arguments, without_password(url)],
            env=environ,
            preexec_fn=_ends_with(os.getpid()),  # noqa: PLW1509 - there is one thread
        )
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    finally:
        signal.signal(signal.SIGINT, before)

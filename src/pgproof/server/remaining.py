"""Servers that remain when their run has ended, because somebody wants to look at their databases.

The run hands its life sign and the input of the guard to a keeper, a small shell. Whatever ends the keeper ends the
server: a note that is taken away, its time, SIGKILL. Nothing but the note, which goes with the server's own directory,
says what remains, so that no list can be wrong.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pgproof import signals
from pgproof.server import Server, home
from pgproof.server.embedded import EmbeddedServer
from pgproof.server.prepared import Prepared
from pgproof.server.privileges import environment

SECONDS = 12 * 3600
"""How long a server remains at most."""
_NOTE = "remains.json"
_KEEPER = files("pgproof.server").joinpath("keeper.sh").read_text(encoding="utf-8")
_ENDING_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """A server that an earlier run has left."""

    lock: Path
    note: Path
    label: str
    migrations: str
    """The directory whose history it holds."""
    until: float
    """When it ends by itself, in seconds of the epoch."""
    databases: Mapping[str, str]
    """What each one is → its URL."""


def own(server: Server) -> EmbeddedServer | None:
    """Return the server that pgproof started itself, or None where it is one of others."""
    while isinstance(server, Prepared):
        server = server.started
    return server if isinstance(server, EmbeddedServer) else None


def leave(server: EmbeddedServer, *, migrations: Path, databases: Mapping[str, str]) -> Remaining:
    """Let a server outlive this process; it is not this process's to close any more."""
    note, until = server.home.root / _NOTE, time.time() + SECONDS
    said = {"label": server.label, "migrations": str(migrations), "until": until, "databases": dict(databases)}
    note.unlink(missing_ok=True)  # the directory is the server's: a migration could have put a link there
    with note.open("x", encoding="utf-8") as out:
        json.dump(said, out)
    server.maintenance().close()
    with signals.held_back():
        pipe = server.guard.stdin
        if pipe is None:
            raise RuntimeError("the guard of the server has no input")
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "pgproof-keeper", str(note), str(SECONDS)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(server.home.sign, pipe.fileno()),
            env=environment(Path("/")),
            cwd="/",
            start_new_session=True,
        )
        server.owner = keeper.pid
        atexit.unregister(server.close)
        pipe.close()
        os.close(server.home.sign)
    return Remaining(lock=server.home.lock, note=note, **said)  # type: ignore[arg-type]  # the fields of the note


def remaining(scratch: Path | None = None) -> tuple[Remaining, ...]:
    """Return the servers of this account that remain, the oldest first: in ``scratch``, else in the usual places."""
    usual = (home.TMPFS, Path(tempfile.gettempdir())) if scratch is None else ()
    places = dict.fromkeys((*home.places(scratch), *usual))
    found = {one.lock: one for place in places for one in _in(place)}
    return tuple(sorted(found.values(), key=lambda one: one.until))


def end(one: Remaining) -> bool:
    """End a server, and return whether it is gone with all that it left."""
    one.note.unlink(missing_ok=True)
    deadline = time.monotonic() + _ENDING_SECONDS
    while one.lock.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not one.lock.exists()


def _in(place: Path) -> Iterator[Remaining]:
    for lock in sorted(place.glob(home.LOCKS)):
        with contextlib.suppress(OSError, ValueError, TypeError):
            note = lock.with_suffix("") / _NOTE
            if note.exists() and _is_held(lock):
                said = json.loads(note.read_text(encoding="utf-8"))
                yield Remaining(lock=lock, note=note, **said)


def _is_held(lock: Path) -> bool:
    """Whether a lock of our own account is somebody's life sign."""
    descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode):
            return False
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)

"""The life sign of a run that has a container, and the sweep of those whose run is dead.

As for servers of pgproof's own, a locked file is the sign. Where it lies stands on the container, as a label; so does
whose it is, because several machines and accounts may share an engine, and only their own see each other's files.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgproof.server import home

LABEL = "org.pgproof."
RUN, OWNER, BOOT, PLACE, LOCK = (f"{LABEL}{word}" for word in ("run", "owner", "boot", "place", "lock"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeSign:
    """A file that is locked as long as its run lives."""

    lock: Path
    descriptor: int

    @property
    def labels(self) -> dict[str, str]:
        """What tells others where to look."""
        return {RUN: self.lock.stem, LOCK: str(self.lock), **here()}

    def end(self, *, is_gone: bool) -> None:
        """Give the sign up; the file goes with the container, else it stays for the sweep."""
        if is_gone:
            self.lock.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def live() -> LifeSign:
    """Return a new sign, in the directory for temporary files: the sweep of servers knows it by its name."""
    lock = Path(tempfile.gettempdir()).absolute() / f"{home.PREFIX}{secrets.token_hex(5)}.lock"
    sign = LifeSign(lock=lock, descriptor=os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    fcntl.flock(sign.descriptor, fcntl.LOCK_EX)
    if home.is_still(lock, sign.descriptor):
        return sign
    os.close(sign.descriptor)  # another run's sweep came in between
    return live()


def is_dead(labels: Mapping[str, str]) -> bool:
    """Whether a container's run is dead, as far as this process can tell: in doubt it lives."""
    own = here()
    if labels.get(OWNER) != own[OWNER] or LOCK not in labels:
        return False
    if labels.get(BOOT) != own[BOOT]:
        return True
    return labels.get(PLACE) == own[PLACE] and not _is_held(Path(labels[LOCK]))


def here() -> dict[str, str]:
    """Return whose this process is, and which files it sees: account, machine, its start, its mounts."""
    return {
        OWNER: f"{os.geteuid()}@{socket.gethostname()}",
        BOOT: _word(lambda: Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()),
        PLACE: _word(lambda: str(Path("/proc/self/ns/mnt").readlink())),
    }


def _word(ask: Callable[[], str]) -> str:
    """Return the answer of the system, or nothing where it has none."""
    try:
        return ask()
    except OSError:
        return ""


def _is_held(lock: Path) -> bool:
    """Whether a file of our own account is a life sign that somebody gives."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    with contextlib.closing(os.fdopen(descriptor, "rb")):
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode):
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

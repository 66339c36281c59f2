"""What dead owners left behind, when their guards died too."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import subprocess
import tempfile
from pathlib import Path

from pgproof.server import home


def sweep(scratch: Path | None = None) -> tuple[Path, ...]:
    """Stop and remove every embedded server whose owner is dead; return their homes.

    A free lock is a dead owner. Only locks of our own account are looked at, so that nobody can make us remove
    what is not ours.
    """
    places = dict.fromkeys((*home.places(scratch), home.TMPFS, Path(tempfile.gettempdir())))
    swept: list[Path] = []
    for place in places:
        for lock in sorted(place.glob(home.LOCKS)):
            swept += _take(lock)
    return tuple(swept)


def _take(lock: Path) -> tuple[Path, ...]:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:  # another account's, or gone since
        return ()
    with contextlib.closing(os.fdopen(descriptor, "r+b")):
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or not stat.S_ISREG(found.st_mode):
            return ()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ()
        if not home.is_still(lock, descriptor):
            return ()
        directories = home.read_lock(lock) or (lock.with_suffix(""),)
        home.watch(lock, directories, stdin=subprocess.DEVNULL).wait(timeout=20)
        return directories[:1]

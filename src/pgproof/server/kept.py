"""Stopped data directories that are kept between runs: one file each, below the user's cache directory.

What is kept is never trusted for its name alone: the key holds everything that went into it, the file and its folder
are this account's and nobody else may write there, and a file that is not whole is as good as none. Whatever goes wrong
here costs the time that would have been saved, and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pgproof import cache
from pgproof.server.binaries import Binaries
from pgproof.server.privileges import Account, environment

SUFFIX, DRAFT = ".tar", ".draft"
MOST_BYTES = 1024**3
"""Of all that is kept; what was used longest ago goes first."""
LEAST_FREE = 1024**3
"""Bytes that the disk has to spare before anything is kept on it."""
MOST_SECONDS = 30 * 24 * 3600
_DRAFT_SECONDS = 3600
_END = b"\npgproof kept %020d\n"
"""How a whole file ends: with the length of the archive before it. To tar a cut between members is an end."""
_END_LENGTH = len(_END % 0)
_OF_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_PACKAGES = (
    "/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/lib/apk/db/installed", "/var/lib/pacman/local",
    "/usr/lib/locale", "/usr/lib/locale/locale-archive", "/etc/os-release",
)  # fmt: skip
"""What changes with the libraries and locales of the system, on which a cluster's collations depend."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The place of one data directory."""

    file: Path | None
    """None where this account has no place to keep anything."""

    def unpack(self, data: Path, account: Account) -> bool:
        """Fill a new directory ``data``; return False, and leave nothing, where there is nothing whole to unpack."""
        if self.file is None or not _is_ours_alone(self.file.parent):
            return False
        with contextlib.suppress(OSError), _opened(self.file) as source:
            if _is_whole(source):
                data.mkdir(mode=0o700)
                return _filled(data, account, source) and self._was_used()
        return False

    def pack(self, data: Path, account: Account) -> bool:
        """Keep a copy of ``data``, on which no server runs, and return whether it is kept."""
        if self.file is None or not self.may_pack():
            return False
        with contextlib.suppress(OSError, subprocess.SubprocessError), _draft(self.file) as draft:
            with draft.open("wb") as sink:
                account.pipe(["tar", "-c", "-f", "-", "-C", data, "."], env=environment(Path("/")), sink=sink)
                sink.write(_END % sink.seek(0, os.SEEK_END))
                sink.flush()
                os.fsync(sink.fileno())  # or a power cut leaves the name, and not all of what it stands for
            draft.replace(self.file)
            _prune(self.file.parent)
            return self.file.exists()
        return False

    def may_pack(self) -> bool:
        """Return whether there is a place where something can be kept, with room in it."""
        return self.file is not None and _may_keep_in(self.file.parent)

    def discard(self) -> None:
        """Take away what is kept, because it turned out to be of no use."""
        if self.file is not None and _is_ours_alone(self.file.parent):
            with contextlib.suppress(OSError):
                self.file.unlink(missing_ok=True)

    def _was_used(self) -> bool:
        with contextlib.suppress(OSError):  # on a disk that cannot be written, it is of use nevertheless
            os.utime(self.file or "")
        return True


def kept(what: str, parts: Mapping[str, object]) -> Kept:
    """Return the place for what ``parts`` determine: values as JSON has them; ``what`` is what its name begins with."""
    folder = place()
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return Kept(folder / f"{what}-{key[:32]}{SUFFIX}" if folder else None)


def place() -> Path | None:
    """Return the directory of all that is kept, where there can be one."""
    home = cache.directory()
    return home / "kept" if home else None


def programs(binaries: Binaries) -> dict[str, object]:
    """Return what tells the programs of a server, and the system that they run on, from others."""
    share = binaries.folder.parent / "share"
    catalogs = sorted([*share.glob("postgres.bki"), *share.glob("*/postgres.bki")])
    files = (binaries.folder / "postgres", binaries.folder / "initdb", *catalogs, *map(Path, _PACKAGES))
    return {
        "release": binaries.release,
        "files": [[str(path), *changed(path)] for path in files],
        "system": [platform.machine(), platform.system(), *platform.libc_ver()],
        "environment": {k: v for k, v in environment(binaries.folder).items() if k != "PATH"},
    }


def changed(path: Path) -> list[int]:
    """Return what changes with a file, or a directory: its size and when it was written; nothing where it is not."""
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def _is_ours_alone(folder: Path) -> bool:
    """Whether a folder is this account's, no link to elsewhere, and closed to the pens of others."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & _OF_OTHERS


def _may_keep_in(folder: Path) -> bool:
    """Whether a folder is there, or was made just now, and has room; none is made in the home of somebody else."""
    try:
        there = next(one for one in folder.parents if one.exists())
        if not folder.exists() and there.stat().st_uid in {0, os.geteuid()}:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _is_ours_alone(folder) and shutil.disk_usage(folder).free > LEAST_FREE
    except OSError:
        return False


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """Open a file, if it is a file of this account, for a program to read: without a buffer, which would run ahead."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as source:  # noqa: PTH123 - a descriptor
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & _OF_OTHERS:
            raise PermissionError(file)
        yield source


def _is_whole(source: IO[bytes]) -> bool:
    """Whether a file has its end; leaves it at its beginning."""
    length = source.seek(0, os.SEEK_END) - _END_LENGTH
    if length <= 0:
        return False
    source.seek(length)
    is_whole = source.read(_END_LENGTH) == _END % length
    source.seek(0)
    return is_whole


def _filled(data: Path, account: Account, source: IO[bytes]) -> bool:
    """Unpack into an empty directory and return whether all of it is there; else the directory is gone."""
    try:
        account.give(data)
        account.pipe(["tar", "-x", "-f", "-", "-C", data], env=environment(Path("/")), source=source)
    except (OSError, subprocess.SubprocessError):
        shutil.rmtree(data, ignore_errors=True)
        return False
    return True


@contextlib.contextmanager
def _draft(file: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(prefix=file.stem, suffix=DRAFT, dir=file.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Remove what is old, then what was used longest ago, and drafts of runs that were killed."""
    now, held = time.time(), 0
    for draft in folder.glob(f"*{DRAFT}"):
        if now - draft.stat().st_mtime > _DRAFT_SECONDS:
            draft.unlink(missing_ok=True)
    for file in sorted(folder.glob(f"*{SUFFIX}"), key=lambda f: f.stat().st_mtime, reverse=True):
        status = file.stat()
        if held + status.st_size > MOST_BYTES or now - status.st_mtime > MOST_SECONDS:
            file.unlink(missing_ok=True)
        else:
            held += status.st_size

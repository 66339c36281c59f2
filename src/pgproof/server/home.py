"""The directories of one embedded server, their life sign, and who clears them away."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pgproof import signals
from pgproof.errors import ServerFault, UsageFault
from pgproof.server.privileges import Account, environment

PREFIX = "pgproof-"
LOCKS = f"{PREFIX}*.lock"
TMPFS = Path("/dev/shm")  # noqa: S108 - the fastest place for a scratch server; the directory in it is ours alone
TMPFS_ROOM = 512 * 1024 * 1024
SOCKET_LIMIT = 103  # bytes of a socket's path on macOS; Linux takes 107
SOCKET = ".s.PGSQL.5432"
GUARD = files("pgproof.server").joinpath("guard.sh").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where one server lives; ``lock`` is held as long as its owner does."""

    lock: Path
    sign: int
    root: Path
    sockets: Path
    programs: Path

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "server.log"

    @property
    def directories(self) -> tuple[Path, ...]:
        """Everything that goes when the server goes, the data directory's parent first."""
        return tuple(dict.fromkeys((self.root, self.sockets, self.programs)))

    def guard(self) -> subprocess.Popen[bytes]:
        """Start the shell that clears this home away as soon as its standard input ends."""
        return watch(self.lock, self.directories, stdin=subprocess.PIPE)

    def clear(self) -> None:
        """Stop what still serves here and remove everything; harmless when it is done already."""
        if any(d.exists() for d in self.directories) or self.lock.exists():
            watch(self.lock, self.directories, stdin=subprocess.DEVNULL).wait(timeout=20)
        with contextlib.suppress(OSError):
            os.close(self.sign)


def watch(lock: Path, directories: Sequence[Path], *, stdin: int) -> subprocess.Popen[bytes]:
    """Start a guard over directories, the first of which holds ``data``."""
    with signals.kept_from_children():
        return subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "pgproof-guard", str(lock), *(str(d) for d in directories)],
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(Path("/")),
            cwd="/",
            start_new_session=True,
        )


def places(scratch: Path | None) -> Iterator[Path]:
    """Yield where a server's home may be made, the best first."""
    if scratch is not None:
        yield scratch.absolute()
        return
    if TMPFS.is_dir() and shutil.disk_usage(TMPFS).free >= TMPFS_ROOM:
        yield TMPFS
    yield from dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp")))  # noqa: S108 - the directory in it is ours alone


def make(scratch: Path | None, account: Account) -> Home:
    """Return a new home, locked by this process, that the server's account may enter."""
    refusals: list[str] = []
    for place in places(scratch):
        try:
            return _make_in(place, account)
        except (OSError, _Unreachable) as exc:
            refusals.append(f"{place}: {exc.strerror if isinstance(exc, OSError) else exc}")
    tried = "; ".join(refusals)
    if scratch is not None:
        raise UsageFault(
            f"No server can be made in the scratch directory ({tried}).",
            f"Give a directory that exists and that user {account.name!r} may enter and write, or leave it out.",
        )
    raise ServerFault(
        f"There is no place for a server's files ({tried}).",
        "Name a writable directory with --pgproof-scratch=DIR or the setting `scratch`.",
    )


def read_lock(lock: Path) -> tuple[Path, ...]:
    """Return the directories that a lock stands for; none where it was not written to its end."""
    lines = lock.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    named = lines[:-2] if lines[-2:] == ["end", ""] else []
    return tuple(Path(line) for line in named if Path(line).name.startswith(PREFIX))


def is_still(lock: Path, descriptor: int) -> bool:
    """Whether a locked descriptor is the file that others find under that name."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


class _Unreachable(Exception):
    """The server's account cannot enter a place."""


def _make_in(place: Path, account: Account) -> Home:
    name = f"{PREFIX}{secrets.token_hex(5)}"
    root = place / name
    short = Path(tempfile.gettempdir()) / f"{name}-s"
    if not _is_for_sockets(short):
        short = Path("/tmp") / f"{name}-s"  # noqa: S108 - the directory in it is ours alone
    home = Home(
        lock=place / f"{name}.lock",
        sign=os.open(place / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600),
        root=root,
        sockets=root if _is_for_sockets(root) else short,
        programs=Path(tempfile.gettempdir()) / f"{name}-p",
    )
    try:
        _settle(home, account)
    except BaseException:
        for directory in home.directories:
            shutil.rmtree(directory, ignore_errors=True)
        home.lock.unlink(missing_ok=True)
        os.close(home.sign)
        raise
    return home


def _settle(home: Home, account: Account) -> None:
    fcntl.flock(home.sign, fcntl.LOCK_EX)
    if not is_still(home.lock, home.sign):
        raise OSError(0, "another run's sweep came in between")
    lines = [*(str(d) for d in home.directories), "end", ""]
    os.write(home.sign, "\n".join(lines).encode(errors="surrogateescape"))
    for directory in dict.fromkeys((home.root, home.sockets)):
        directory.mkdir(mode=0o700)
        account.give(directory)
        entered = account.run(["/bin/sh", "-c", 'cd "$1"', "sh", directory], env=environment(Path("/")))
        if entered.code:
            raise _Unreachable(f"user {account.name!r} may not enter it")


def _is_for_sockets(directory: Path) -> bool:
    """Whether a directory can be a ``host``: short, and without the comma that parts hosts."""
    return "," not in str(directory) and len(os.fsencode(directory / SOCKET)) <= SOCKET_LIMIT


def room(directory: Path) -> tuple[int, int]:
    """Return (free, total) bytes of the file system of a directory, as its owner may use it."""
    usage = os.statvfs(directory)
    return usage.f_bavail * usage.f_frsize, usage.f_blocks * usage.f_frsize

"""The account that PostgreSQL runs as: PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pgproof.errors import ServerFault

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who owns the data directory; ``is_dropped`` where that is not who we are."""

    name: str
    uid: int
    gid: int
    is_dropped: bool

    def run(self, arguments: Sequence[str | Path], *, env: Mapping[str, str], timeout: float = 120) -> Ended:
        """Run a program to its end, as this account; raise OSError where it cannot be executed."""
        done = subprocess.run(
            [str(a) for a in arguments],
            user=self.uid if self.is_dropped else None,
            group=self.gid if self.is_dropped else None,
            extra_groups=[] if self.is_dropped else None,
            env=dict(env),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        return Ended(code=done.returncode, output=done.stdout.decode(errors="replace").strip())

    def pipe(
        self,
        arguments: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        source: IO[bytes] | None = None,
        sink: IO[bytes] | None = None,
    ) -> None:
        """Run a program between two files, as this account; raise OSError or SubprocessError where it fails."""
        subprocess.run(
            [str(a) for a in arguments],
            user=self.uid if self.is_dropped else None,
            group=self.gid if self.is_dropped else None,
            extra_groups=[] if self.is_dropped else None,
            env=dict(env),
            cwd="/",
            stdin=subprocess.DEVNULL if source is None else source,
            stdout=subprocess.DEVNULL if sink is None else sink,
            stderr=subprocess.DEVNULL,
            timeout=120,
            check=True,
        )

    def start(
        self, arguments: Sequence[str | Path], *, env: Mapping[str, str], log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own (Ctrl-C in a terminal is not for it), as this account."""
        return subprocess.Popen(
            [str(a) for a in arguments],
            user=self.uid if self.is_dropped else None,
            group=self.gid if self.is_dropped else None,
            extra_groups=[] if self.is_dropped else None,
            env=dict(env),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def give(self, path: Path | int) -> None:
        """Make this account the owner of a path, or of an open file."""
        if self.is_dropped:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A program that has ended: exit code and all that it printed."""

    code: int
    output: str


def own() -> Account:
    """Return the account of this process."""
    return Account(name=str(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), is_dropped=False)


def unprivileged() -> Account:
    """Return the account that the server runs as: ours, or ``nobody`` where we are root."""
    if os.geteuid() != 0:
        return own()
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as exc:
        raise ServerFault(
            f"PostgreSQL refuses to run as root, and there is no user {UNPRIVILEGED!r} to run it as.",
            "Run pgproof as an ordinary user.",
        ) from exc
    return Account(name=UNPRIVILEGED, uid=entry.pw_uid, gid=entry.pw_gid, is_dropped=True)


def environment(binaries: Path) -> dict[str, str]:
    """Return the environment of the server's programs: nothing of ours that could steer or leak into it."""
    kept = {k: os.environ[k] for k in ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if k in os.environ}
    # TZ spares initdb its search through all of zoneinfo; C keeps the log in English.
    kept |= {"TZ": "UTC", "LC_ALL": "C"}
    icu = binaries.parent / "share" / "icu"
    if icu.is_dir():
        kept["ICU_DATA"] = str(icu)
    return kept

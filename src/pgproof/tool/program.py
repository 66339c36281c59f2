"""A program of the team's, run on one database and on no other."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import UsageFault
from pgproof.masking import masked

_LAST = 12
_FOREIGN = ("DATABASE_URL",)
"""Besides libpq's own: what would lead a program to a database that is not pgproof's."""
_OF_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE", "password": "PGPASSWORD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A program that has ended."""

    name: str
    code: int
    output: str
    """Both streams, without passwords."""

    @property
    def last_lines(self) -> str:
        """The end of what it said."""
        return "\n".join([line for line in self.output.splitlines() if line.strip()][-_LAST:])


def run(
    words: Sequence[str], url: str, *, folder: Path, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a command to its end, with the database of a URL in its environment and nothing to read.

    Raises UsageFault where there is no such program.
    """
    try:
        started = subprocess.Popen(
            list(words),
            cwd=folder,
            env=_environment(url) | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as exc:
        raise UsageFault(
            f"The tool's command {words[0]!r} cannot be run in {folder}: {exc.strerror}.",
            "Correct [tool] in the settings: a program that PATH finds, or a path from the settings file's folder.",
        ) from exc
    output = _to_its_end(started)
    said = masked(output.decode(errors="replace"))
    password = conninfo_to_dict(url).get("password")
    said = said.replace(str(password), "***") if password else said
    return Ended(name=Path(words[0]).name, code=started.returncode, output=said)


def _to_its_end(started: subprocess.Popen[bytes]) -> bytes:
    """Return what a program writes; it and all that it started end with us, when we are interrupted."""
    try:
        return started.communicate()[0]
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        raise


def address(url: str) -> str:
    """Return a URL that drivers other than libpq read, too: with a host, and without TLS on a socket."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not asked.get("host", "").startswith("/"):
        return url
    asked.setdefault("sslmode", "disable")
    user = parts.netloc.partition("@")[0]
    return f"{parts.scheme}://{user}@localhost{parts.path}?{urlencode(asked, quote_via=quote, safe='')}"


def places(url: str) -> dict[str, str]:
    """Return the parts of a URL that a command may name."""
    given = conninfo_to_dict(url)
    named = {"host": "host", "port": "port", "user": "user", "database": "dbname"}
    return {"url": address(url), **{place: str(given.get(key, "")) for place, key in named.items()}}


def _environment(url: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG") and k not in _FOREIGN}
    given = conninfo_to_dict(url)
    own = {variable: str(given[key]) for key, variable in _OF_LIBPQ.items() if given.get(key) is not None}
    if given.get("options"):
        own["PGOPTIONS"] = str(given["options"])
    return kept | own | {"DATABASE_URL": address(url)}

"""What every benchmark begins with: the words that it is given, the command, and a server of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pgproof.server import choose
from pgproof.server.embedded import EmbeddedServer

PGPROOF = [sys.executable, "-P", "-c", "from pgproof.cli import main; raise SystemExit(main())"]
"""The command, wherever its script may lie."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    runs: int
    """The median of so many counts."""
    pg_version: int | None

    @property
    def options(self) -> list[str]:
        """The options by which the command takes the same server."""
        return [f"--pg-version={self.pg_version}"] if self.pg_version else []


def asked(description: str | None, *, runs: int = 5) -> Asked:
    """Return the words of the command line; ``runs`` is the default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=runs, help=f"the median of so many runs counts (default {runs})")
    parser.add_argument("--pg-version", type=int, help="major version of PostgreSQL")
    given = parser.parse_args()
    return Asked(given.runs, given.pg_version)


def label(pg_version: int | None = None) -> str:
    """Return what such a server calls itself."""
    with serving(pg_version) as server:
        return server.label


@contextmanager
def serving(pg_version: int | None = None) -> Iterator[EmbeddedServer]:
    """Give an embedded server, which is gone afterwards."""
    server = choose.start(
        server="embedded", pg_version=pg_version, pg_bin=None, scratch=None, extensions=frozenset(),
        timezone="Asia/Tokyo",
    )  # fmt: skip
    assert isinstance(server, EmbeddedServer)  # noqa: S101 - no other kind is asked for
    try:
        yield server
    finally:
        server.close()

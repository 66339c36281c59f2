"""Measure the catalog beside ``pg_dump -s``, and as it grows: ``python benchmarks/catalog.py [--runs N]``."""

from __future__ import annotations

import os
import subprocess
from statistics import median
from time import perf_counter
from typing import Any

import material
import psycopg
from bench import asked, serving

from pgproof.catalog.read import read
from pgproof.server import database
from pgproof.server.embedded import EmbeddedServer

FEW, MANY = 1_000, 10_000
"""Tables."""
LIMIT = 0.5
"""Of the time of ``pg_dump -s``."""
GROWTH = 12
"""The catalog of many tables may take so many times that of few."""
AT_ONCE = 500
"""Tables made in one transaction: each holds locks."""


def main() -> int:
    """Print each figure with its limit; return 1 where one is missed."""
    given = asked(__doc__, runs=15)
    with serving(given.pg_version) as server:
        print(f"{server.label}; median of {given.runs}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
        return 0 if all([beside_dump(server, given.runs), as_it_grows(server, given.runs)]) else 1


def beside_dump(server: EmbeddedServer, runs: int) -> bool:
    """Compare reading the catalog with ``pg_dump -s``, in turn; return whether the limit holds."""
    url = _made(server, FEW)
    program = server.binaries.folder / "pg_dump"
    ours, theirs = [], []
    with database.connect(url) as session:
        for _ in range(runs):
            ours.append(_reading(session))
            started = perf_counter()
            subprocess.run([program, "-s", "-d", url], check=True, capture_output=True)
            theirs.append(perf_counter() - started)
    database.drop(server, f"bench_{FEW}")
    ratio = median(ours) / median(theirs)
    print(
        f"{FEW:,} tables: catalog {median(ours):.3f} s, pg_dump -s {median(theirs):.3f} s, "
        f"ratio {ratio:.2f} (limit {LIMIT})"
    )
    return ratio <= LIMIT


def as_it_grows(server: EmbeddedServer, runs: int) -> bool:
    """Compare reading many tables with reading few, in turn; return whether the limit holds."""
    few, many = [], []
    with database.connect(_made(server, FEW)) as small, database.connect(_made(server, MANY)) as large:
        for _ in range(max(runs // 3, 1)):
            few += [_reading(small) for _ in range(3)]
            many.append(_reading(large))
    for count in (FEW, MANY):
        database.drop(server, f"bench_{count}")
    growth = median(many) / median(few)
    print(
        f"{MANY:,} tables: catalog {median(many):.3f} s, {FEW:,} tables: {median(few):.3f} s, "
        f"{growth:.1f} times (limit {GROWTH})"
    )
    return growth <= GROWTH


def _made(server: EmbeddedServer, count: int) -> str:
    url = database.create(server, f"bench_{count}")
    with database.connect(url) as session:
        for first in range(0, count, AT_ONCE):
            session.execute(material.tables(min(AT_ONCE, count - first), first).encode())
    return url


def _reading(session: psycopg.Connection[Any]) -> float:
    started = perf_counter()
    read(session)
    return perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())

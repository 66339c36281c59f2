"""Measure a large schema with its contract: ``python benchmarks/large.py [--runs N]``: whole, and since a base."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import material
from bench import PGPROOF, asked, label

TABLES, AT_ONCE = 300, 10
WHOLE, SINCE = 20.0, 5.0
"""Seconds, the start of the server included."""
REPORT = 300_000
"""Bytes of the JUnit report of a run since a base."""


def main() -> int:
    """Print each figure with its limit; return 1 where one is missed."""
    given = asked(__doc__)
    runs = given.runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        constraints, indexes = material.large(folder / "migrations", TABLES, AT_ONCE)
        verify, since = ["verify", "-q", *given.options], f"--since={TABLES // AT_ONCE}"
        _pgproof(folder, "contract", *given.options)
        whole = median(_pgproof(folder, *verify) for _ in range(runs))
        newer = median(_pgproof(folder, *verify, since) for _ in range(runs))
        size = (folder / "reports" / "junit.xml").stat().st_size
        held = f"{TABLES} tables, {constraints} constraints, {indexes} indexes"
        print(f"{label(given.pg_version)}; {held}, a contract; median of {runs}")
        print(f"whole: {whole:.1f} s (limit {WHOLE:.0f})")
        print(f"since a base: {newer:.1f} s (limit {SINCE:.0f}), JUnit report {size / 1000:.0f} kB (limit 300)")
        return 0 if whole <= WHOLE and newer <= SINCE and size <= REPORT else 1


def _pgproof(folder: Path, *words: str) -> float:
    started = perf_counter()
    done = subprocess.run([*PGPROOF, *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    return perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())

"""Measure a large schema with its contract: ``python benchmarks/large.py [--runs N]``: whole, and since a base."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import material

PGPROOF = [sys.executable, "-P", "-c", "from pgproof.cli import main; raise SystemExit(main())"]
TABLES, AT_ONCE = 300, 10
WHOLE, SINCE = 20.0, 5.0
"""Seconds, the start of the server included."""
REPORT = 300_000
"""Bytes of the JUnit report of a run since a base."""


def main() -> int:
    """Print each figure with its limit; return 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="the median of so many runs counts (default 5)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        constraints, indexes = material.large(folder / "migrations", TABLES, AT_ONCE)
        _pgproof(folder, "contract")
        whole = median(_pgproof(folder, "verify", "-q") for _ in range(runs))
        since = median(_pgproof(folder, "verify", "-q", f"--since={TABLES // AT_ONCE}") for _ in range(runs))
        size = (folder / "reports" / "junit.xml").stat().st_size
        print(f"{TABLES} tables, {constraints} constraints, {indexes} indexes, a contract; median of {runs}")
        print(f"whole: {whole:.1f} s (limit {WHOLE:.0f})")
        print(f"since a base: {since:.1f} s (limit {SINCE:.0f}), JUnit report {size / 1000:.0f} kB (limit 300)")
        return 0 if whole <= WHOLE and since <= SINCE and size <= REPORT else 1


def _pgproof(folder: Path, *words: str) -> float:
    started = perf_counter()
    done = subprocess.run([*PGPROOF, *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    return perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())

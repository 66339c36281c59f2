"""Measure pgproof beside PostgreSQL's own programs: ``python benchmarks/verify.py [--runs N] [--pg-version N]``."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import catalog
import material
from bench import PGPROOF, asked, serving

from pgproof.server import database
from pgproof.server.embedded import EmbeddedServer

PER_MIGRATION = 100
"""Milliseconds that one migration may cost beyond psql, with all three probes."""
GOAL = 40
GROWTH = 10
"""400 migrations may cost this many times 50."""


def main() -> int:
    """Print each figure with its limit; return 1 where one is missed."""
    given = asked(__doc__)
    with serving(given.pg_version) as server:
        print(f"{server.label}; {material.TABLES} tables x 20 rows; median of {given.runs}")
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(server, Path(folder), given.runs)
            return 0 if all([bench.verify(), catalog.beside_dump(server, given.runs)]) else 1


class Bench:
    """Figures of one server."""

    def __init__(self, server: EmbeddedServer, folder: Path, runs: int) -> None:
        self._server, self._folder, self._runs = server, folder, runs

    def verify(self) -> bool:
        """Compare ``pgproof verify`` with ``psql -f`` of the same files, at 50 and at 400 migrations."""
        beyond = {}
        for count in (50, 400):
            folder = self._folder / str(count)
            files = material.write(folder, count)
            psql = self._median(lambda files=files: self._psql(files))
            verify = self._median(lambda folder=folder: self._pgproof(folder))
            beyond[count] = verify - psql
            each = beyond[count] * 1000 / len(files)
            print(
                f"{len(files)} migrations: "
                f"pgproof verify {verify:.2f} s, psql -f {psql:.2f} s, ratio {verify / psql:.1f}: "
                f"{each:.0f} ms a migration (limit {PER_MIGRATION}, goal {GOAL})"
            )
        growth = beyond[400] / beyond[50]
        print(f"400 migrations cost {growth:.1f} times 50 (limit {GROWTH})")
        return (
            beyond[400] * 1000 / 401 <= PER_MIGRATION and beyond[50] * 1000 / 51 <= PER_MIGRATION and growth <= GROWTH
        )

    def _median(self, work: Callable[[], object]) -> float:
        seconds = []
        for _ in range(self._runs):
            started = perf_counter()
            work()
            seconds.append(perf_counter() - started)
        return median(seconds)

    def _psql(self, files: list[Path]) -> None:
        url = database.create(self._server, "bench_psql")
        try:
            sent = [word for file in files for word in ("-f", str(file))]
            self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *sent)
        finally:
            database.drop(self._server, "bench_psql")

    def _pgproof(self, folder: Path) -> None:
        command = [*PGPROOF, "verify", str(folder), "--layout=golang-migrate", "-q"]
        command += [f"--pg-version={self._server.version // 10_000}", f"--pg-bin={self._server.binaries.folder}"]
        command += [f"--junit-xml={self._folder / 'junit.xml'}"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode not in {0, 1}:
            raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._server.binaries.folder / program, *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    raise SystemExit(main())

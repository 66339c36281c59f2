"""Measure the gate on an old history: ``python benchmarks/since.py [--runs N]``: judge one new migration of 201."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import PGPROOF, Asked, asked, label, serving

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from histories import old

COLD, WARM = 8.0, 3.0
"""Seconds beyond the start of the server."""


def main() -> int:
    """Print each figure with its limit; return 1 where one is missed."""
    given = asked(__doc__)
    runs = given.runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old.write(folder / "migrations")
        (folder / "migrations" / "0201_new.up.sql").write_text("ALTER TABLE t7 ADD COLUMN IF NOT EXISTS colour text;")
        (folder / "migrations" / "0201_new.down.sql").write_text("ALTER TABLE t7 DROP COLUMN colour;")
        cold = median(_once(folder, folder / f"cache{number}", given) for number in range(runs))
        warm = median(_once(folder, folder / "cache0", given) for _ in range(runs))
        print(f"{label(given.pg_version)}; {old.MIGRATIONS} old migrations and a new one; median of {runs}")
        print(f"nothing kept: {cold:.2f} s beyond server start (limit {COLD:.0f})")
        print(f"kept from an earlier run: {warm:.2f} s beyond server start (limit {WARM:.0f})")
        return 0 if cold <= COLD and warm <= WARM else 1


def _once(folder: Path, cache: Path, given: Asked) -> float:
    """Return the seconds of one run without those that a server takes to start when what initdb made is kept."""
    os.environ["XDG_CACHE_HOME"] = str(cache)
    started = perf_counter()
    done = subprocess.run(
        [*PGPROOF, "verify", "--since=200", "--profile=adopt", "-q", *given.options],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    taken = perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    started = perf_counter()
    with serving(given.pg_version):
        pass
    return taken - (perf_counter() - started)


if __name__ == "__main__":
    raise SystemExit(main())

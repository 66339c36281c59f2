"""What a history table records, beside what it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pgproof import HistoryTable, Recorded


def record_faults(recorded: Sequence[Recorded], expected: Sequence[str], table: HistoryTable) -> list[str]:
    """Return what is wrong with a history table, one line each."""
    versions = tuple(row.version for row in recorded)
    if table.keeps_only_last:
        expected = expected[-1:]
    times = Counter(versions)
    faults = [f"{version} is not recorded" for version in expected if not times[version]]
    faults += [f"{version} is recorded {n} times" for version, n in times.items() if n > 1]
    faults += [f"{version} is recorded, and not on disk or not applied" for version in times if version not in expected]
    if not faults and versions != tuple(expected):
        faults.append("recorded in the order " + ", ".join(versions))
    return faults


def kept_recorded(before: Sequence[Recorded], after: Sequence[Recorded]) -> list[str]:
    """Return how a history table is not what it was, one line each."""
    was, now = Counter(before), Counter(after)
    gone = [f"the record of {row.version}{_at(row)} is gone" for row in (was - now).elements()]
    return [*gone, *(f"{row.version} is recorded once more{_at(row)}" for row in (now - was).elements())]


def _at(row: Recorded) -> str:
    return f" (at {row.applied_at})" if row.applied_at else ""

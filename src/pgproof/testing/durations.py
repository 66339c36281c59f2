"""The time of a probe, which is spent in the walk, counted for the item that asked for it."""

from __future__ import annotations

import pytest

PROBES = ("applied_again", "undone", "redone", "rolled_back")


def probe_seconds(item: pytest.Item) -> float:
    """Return the seconds of the probes whose evidence an item was given."""
    given: dict[str, object] = getattr(item, "funcargs", {})
    return sum(float(getattr(given.get(name), "seconds", 0.0)) for name in PROBES)

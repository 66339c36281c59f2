"""Python's garbage collector in a run of `pgproof verify`: a process of one purpose, most of which lives to its end.

Evidence, items and reports are kept, and each collection would look through all of them again.
"""

from __future__ import annotations

import gc

_THRESHOLDS = (50_000, 20, 100)
"""New objects that start a collection; collections that start one of the next generation."""


def collect_seldom() -> None:
    """Let what is short-lived pile up to some megabytes before anything looks for it."""
    gc.set_threshold(*_THRESHOLDS)


def keep_all() -> None:
    """Take all objects there are for ones that stay."""
    gc.freeze()

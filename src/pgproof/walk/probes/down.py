"""The probes *down* and *redo*: the migration undone, and applied once more."""

from __future__ import annotations

from pgproof.walk.evidence import Attempt
from pgproof.walk.means import Means
from pgproof.walk.probes.attempt import attempt
from pgproof.walk.state import State


def down(means: Means, version: str, before: State, after: State) -> Attempt:
    """Return how the state after the down differs from the state before the up."""
    return attempt(means, lambda: means.down(version), since=after, against=before)


def redo(means: Means, version: str, after: State) -> Attempt:
    """Return how the state after a redo differs from the one after the up.

    To be called right after a ``down`` that did not fail, with the same means.
    """
    return attempt(means, lambda: means.up(version), since=after, against=after)

"""The probe *again*: the migration applied a second time, its history row forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from pgproof.tool import Ran
from pgproof.walk.evidence import Attempt
from pgproof.walk.means import Means
from pgproof.walk.probes.attempt import attempt
from pgproof.walk.state import State


def again(means: Means, version: str, after: State) -> Attempt:
    """Return what a second application does to the state after the first."""

    def act() -> Sequence[Ran]:
        means.forget(version)
        return means.up(version)

    return attempt(means, act, since=after, against=after)

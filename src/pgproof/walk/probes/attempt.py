"""One thing tried, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from pgproof.tool import MigrationFailed, Ran
from pgproof.walk.evidence import Attempt
from pgproof.walk.means import Means
from pgproof.walk.state import State, repeated

Act = Callable[[], Sequence[Ran]]


def attempt(means: Means, act: Act, *, since: State, against: State) -> Attempt:
    """Do ``act`` and return what it changed ``against`` a state; ``since`` is the state in which it began."""
    started = perf_counter()
    try:
        ran = act()
    except MigrationFailed as failed:
        return Attempt(how=means.how, failure=failed.failure, seconds=perf_counter() - started)
    reached = means.observe(since)
    return Attempt(
        how=means.how,
        difference=repeated(against, reached),
        unmoved=tuple(r for r in ran if r.moves_data and r.rows == 0),
        ran=len(ran),
        seconds=perf_counter() - started,
    )

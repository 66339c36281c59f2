"""What a check is given, worked out without pytest's machinery for fixtures, which costs more than most checks.

Only where nobody could tell the difference: all that an item asks for, directly or not, has to be pgproof's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pytest

from pgproof.finding import Kind
from pgproof.testing.each import KINDS


class Maker(NamedTuple):
    """How one value is made from those before it."""

    name: str
    function: Callable[..., object] | None
    """None for what the item has itself."""
    asks_for: tuple[str, ...]


def _subject(kind: Kind, item: pytest.Function) -> object:
    return item.callspec.params[kind]


_OWN: Mapping[str, Callable[[pytest.Function], object]] = {
    "pytestconfig": lambda item: item.config,
    "request": lambda item: item._request,  # noqa: SLF001 - as ``request`` is made by pytest, and for whom
    **{kind: partial(_subject, kind) for kind in KINDS},
}
"""What an item has itself: pytest's own two, and its subject, which is its parameter."""

_FIXTURES = "pgproof.testing.fixtures"  # imported by pytest, which wants to be the first
_PLANS: pytest.StashKey[dict[int, tuple[object, tuple[Maker, ...] | None]]] = pytest.StashKey()


def is_possible(item: pytest.Item) -> bool:
    """Return whether all that an item asks for can be given here."""
    return isinstance(item, pytest.Function) and _plan_of(item) is not None


def give(item: pytest.Item) -> None:
    """Put its arguments on an item, as pytest would; whatever is left out is left to pytest.

    Raises what the functions of the fixtures raise.
    """
    if not isinstance(item, pytest.Function):
        return
    plan = _plan_of(item)
    if plan is None:
        return
    values = item.funcargs
    for name, function, asks_for in plan:
        if function is None:
            values[name] = _OWN[name](item)
        else:
            values[name] = function(*[values[asked] for asked in asks_for])


def take_back(item: pytest.Item) -> None:
    """Let go of what an item was given."""
    if isinstance(item, pytest.Function):
        item.funcargs.clear()


def _plan_of(item: pytest.Function) -> tuple[Maker, ...] | None:
    """Return the plan that all items of one function share, or None where pytest has to do it."""
    info = getattr(item, "_fixtureinfo", None)  # no public name says whose fixture a name stands for
    plans = item.config.stash.setdefault(_PLANS, {})
    if id(info) not in plans:
        plans[id(info)] = (info, None if info is None else _plan(item, info))
    return plans[id(info)][1]


def _plan(item: pytest.Function, info: Any) -> tuple[Maker, ...] | None:  # noqa: ANN401 - private in pytest
    if item.config.getoption("setupshow", default=False):
        return None  # asks for each fixture to be shown
    params = item.callspec.params if hasattr(item, "callspec") else {}
    plan: dict[str, Maker] = {}
    is_ours = all(_add(name, plan, params, info.name2fixturedefs) for name in item.fixturenames)
    return tuple(plan.values()) if is_ours else None


def _add(
    name: str,
    plan: dict[str, Maker],
    params: Mapping[str, object],
    known: Mapping[str, Sequence[pytest.FixtureDef[Any]]],
) -> bool:
    """Add the maker of a value after those that it needs; return whether all of them are pgproof's own."""
    if name in plan:
        return True
    if name in _OWN and (name in params or name not in KINDS):
        plan[name] = Maker(name, None, ())
        return True
    definition = known.get(name, (None,))[-1]
    if definition is None or name in params or definition.func.__module__ != _FIXTURES:
        return False
    if not all(_add(asked, plan, params, known) for asked in definition.argnames):
        return False
    plan[name] = Maker(name, definition.func, definition.argnames)
    return True

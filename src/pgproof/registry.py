"""The records of the checks that are shipped, found by name: nothing in the engine imports a check."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from pgproof.errors import UsageFault, did_you_mean
from pgproof.finding import Check

PACKAGE = "pgproof.checks"
MARK = "pgproof_check"
"""The pytest mark by which a function carries its record."""


def checks_directory() -> Path | None:
    """Return the directory of the shipped checks, or None where they are not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def records() -> dict[str, Check]:
    """Return the records of the shipped checks by id, in the order of their modules."""
    import pkgutil  # noqa: PLC0415 - not needed to verify

    package = importlib.import_module(PACKAGE)
    found: dict[str, Check] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        if module.name.rpartition(".")[2].startswith("test_"):
            found.update((record.id, record) for record in _in(importlib.import_module(module.name)))
    return found


def known(check: str, among: dict[str, Check]) -> Check:
    """Return a record by its id; raises UsageFault with the closest id."""
    if check in among:
        return among[check]
    raise UsageFault(
        f"There is no check '{check}'.{did_you_mean(check, among)}", "`pgproof checks` lists them all."
    )


def _in(module: ModuleType) -> Iterator[Check]:
    for value in vars(module).values():
        for mark in getattr(value, "pytestmark", ()):
            if mark.name == MARK:
                yield from mark.args

"""The short way through pytest's protocol of one item, for `pgproof verify`.

A check reads evidence and takes microseconds; what pytest does around a test (capture, logging, finalizers, three hooks
with a dozen wrappers) takes a millisecond. Here a check has its reports made and given out, as ever, and nothing else.
It is taken for all items or for none, and only where nobody could tell the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import pytest

from pgproof.profile import Profile
from pgproof.testing import given, outcomes
from pgproof.testing.durations import probe_seconds
from pgproof.testing.items import about

if TYPE_CHECKING:
    import pluggy

_When = Literal["setup", "call", "teardown"]
_HOOKS = (
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_pyfunc_call",
    "pytest_fixture_setup",
    "pytest_fixture_post_finalizer",
    "pytest_exception_interact",
)
_HARMLESS = frozenset({
    "_pytest.assertion", "_pytest.capture", "_pytest.faulthandler", "_pytest.fixtures", "_pytest.logging",
    "_pytest.python", "_pytest.runner", "_pytest.setuponly", "_pytest.setupplan", "_pytest.skipping",
    "_pytest.threadexception", "_pytest.tmpdir", "_pytest.unittest", "_pytest.unraisableexception", "_pytest.warnings",
    "pgproof.testing.plugin",
})  # fmt: skip
"""Modules whose hooks are known to have nothing to do around a check; those of --pdb and --trace are not among them."""


def take_short_way(session: pytest.Session, profile: Profile | None) -> bool | None:
    """Run all items of a session the short way and return True; or None, where pytest has to do it.

    In a worker of xdist, which is told item by item what to run, each item goes the short way.
    """
    config = session.config
    if not _is_possible(config, session.items):
        return None
    quick = Quick(profile)
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(quick, "pgproof-quick")
        return None
    for item in session.items:
        quick.pytest_runtest_protocol(item)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True


def _is_possible(config: pytest.Config, items: Sequence[pytest.Item]) -> bool:
    return not _is_logging(config) and not any(_strangers(config)) and all(map(_is_plain, items))


def _strangers(config: pytest.Config) -> list[str]:
    """Return the modules that want to see each item and are not known to have nothing to do with a check."""
    callers = [getattr(config.hook, name) for name in _HOOKS]
    modules = {impl.function.__module__ for caller in callers for impl in caller.get_hookimpls()}
    return sorted(modules - _HARMLESS)


def _is_logging(config: pytest.Config) -> bool:
    """Return whether log records were asked for: they are collected phase by phase."""
    asked = any(value for name, value in vars(config.option).items() if name.startswith("log_"))
    return asked or bool(config.pluginmanager.hasplugin("logging") and config.getini("log_cli"))


def _is_plain(item: pytest.Item) -> bool:
    said = about(item)
    return said.judged is not None and said.is_plain and given.is_possible(item)


class Quick:
    """The protocol of a check; registered for one session."""

    def __init__(self, profile: Profile | None) -> None:
        self._profile = profile

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        """Run one check: the same reports in the same order as pytest's own protocol."""
        ihook = item.ihook
        ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        if self._phase(item, ihook, "setup", lambda: self._set_up(item)).passed:
            self._phase(item, ihook, "call", item.runtest)
        self._phase(item, ihook, "teardown", lambda: given.take_back(item))
        ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _set_up(self, item: pytest.Item) -> None:
        try:
            outcomes.refuse_nothing(item)
            given.give(item)
        except Exception as exc:
            outcomes.judge(item, exc, self._profile)
            raise

    def _phase(
        self, item: pytest.Item, ihook: pluggy.HookRelay, when: _When, act: Callable[[], None]
    ) -> pytest.TestReport:
        """Act, and give out the report of it."""
        call = pytest.CallInfo.from_call(act, when=when, reraise=(pytest.exit.Exception, KeyboardInterrupt))
        if call.excinfo is None:
            if when == "call":
                call.duration += probe_seconds(item)
            report = pytest.TestReport.from_item_and_call(item, call)
        else:
            report = ihook.pytest_runtest_makereport(item=item, call=call)
        ihook.pytest_runtest_logreport(report=report)
        if report.failed:
            ihook.pytest_exception_interact(node=item, call=call, report=report)
        return report

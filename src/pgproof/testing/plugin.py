"""The hooks of pytest, each a few lines; what they do is in the modules beside this one.

preview (sessionstart) → collect and select → walk (runtestloop, or xdist's collection) → checks read evidence.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from pgproof.errors import PgproofError
from pgproof.finding import Check
from pgproof.profile import Profile
from pgproof.testing import garbage, options, outcomes, quick, selection
from pgproof.testing.accepting import accept
from pgproof.testing.activation import is_asked_for
from pgproof.testing.controller import ControllerRun, provision
from pgproof.testing.durations import probe_seconds
from pgproof.testing.each import MARKS
from pgproof.testing.fault import as_usage_error
from pgproof.testing.given import give
from pgproof.testing.header import header
from pgproof.testing.items import Judged, put_properties, share_locations
from pgproof.testing.keeping import keep, remaining_notes
from pgproof.testing.keys import RUN
from pgproof.testing.parametrise import parametrise
from pgproof.testing.reports import writing_junit
from pgproof.testing.run import WORKER_KEY, worker_run
from pgproof.testing.subjects import migration_of
from pgproof.testing.summary import forget_silent_phases, write_summary
from pgproof.testing.wanted import Wanted, wanted

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

pytest_plugins = ("pgproof.testing.fixtures",)

_RECORDS: pytest.StashKey[Mapping[str, Check]] = pytest.StashKey()
"""Every check that was collected, before anything is deselected."""
_SIGTERM: pytest.StashKey[signal.Handlers | int | Callable[[int, FrameType | None], object] | None] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options are made from the table of settings."""
    options.add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Say in one message which option is misspelt, with the closest one."""
    is_command = options.is_command(early_config)
    if is_command:
        garbage.collect_seldom()
    try:
        options.demand_known(parser, args, is_command=is_command)
    except PgproofError as fault:
        raise as_usage_error(fault) from None


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Provision before the header, and before xdist starts its workers."""
    config = session.config
    worker_input: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker_input is not None:
        if WORKER_KEY in worker_input:
            config.stash[RUN] = worker_run(Path(worker_input[WORKER_KEY]))
    elif is_asked_for(config):
        config.stash[_SIGTERM] = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            run = provision(config)
        except PgproofError as fault:
            raise as_usage_error(fault) from None
        config.stash[RUN] = run
        config.pluginmanager.register(Counting(run), "pgproof-counting")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tell a worker of xdist where the run is; a worker that replaces a crashed one, too."""
    if RUN in node.config.stash:
        node.workerinput[WORKER_KEY] = str(node.config.stash[RUN].root)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say on what server, with what history and which settings."""
    run = config.stash.get(RUN, None)
    notes = (*run.session.notes, *remaining_notes(run.settings)) if isinstance(run, ControllerRun) else ()
    return header(run.evidence.preview, run.settings, notes) if run else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give checks their subjects, from the preview."""
    run = metafunc.config.stash.get(RUN, None)
    parametrise(metafunc, run)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select by level, --check and --subject."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    judged = (Judged.of(item) for item in items)
    config.stash[_RECORDS] = {one.check.id: one.check for one in judged if one is not None}
    selection.deselect(config, items, run.profile)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Put the properties on the items; a worker leaves its note before xdist reports the collection."""
    run = session.config.stash.get(RUN, None)
    share_locations(session.items)
    for item in session.items:
        judged = Judged.of(item)
        if judged is not None:
            put_properties(item, migration_of(judged.kind, judged.subject, run.evidence.preview) if run else "")
    worker_input: dict[str, str] | None = getattr(session.config, "workerinput", None)
    if run is not None and worker_input is not None:
        run.write_wanted(worker_input["workerid"], wanted(session.items, session.config.stash[_RECORDS]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Walk, when the selection is known; under xdist the controller has no items, and a worker tells it."""
    config = session.config
    is_for_real = not session.testsfailed and not config.getoption("collectonly")
    if not is_for_real or config.pluginmanager.hasplugin("dsession"):
        return None
    is_command = options.is_command(config)
    if is_command:
        garbage.keep_all()
    run = _controller(config)
    if run is not None:
        _walk(run, wanted(session.items, config.stash.get(_RECORDS, {})))
    if not is_command:
        return None
    garbage.keep_all()
    return quick.take_short_way(session, _profile(config))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: WorkerController) -> None:
    """Walk while the workers wait: called before the first item is scheduled."""
    run = _controller(node.config)
    if run is not None and run.wanted is None:
        _walk(run, run.read_wanted(node.gateway.id))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Judge what a fixture finds like what a check finds."""
    try:
        outcomes.refuse_nothing(item)
        give(item)
        return (yield)
    except Exception as exc:
        outcomes.judge(item, exc, _profile(item.config))
        raise


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Make a finding a result, not a crash; a pass must have looked at something."""
    try:
        result = yield
    except Exception as exc:
        outcomes.judge(pyfuncitem, exc, _profile(pyfuncitem.config))
        raise
    outcomes.demand_look(pyfuncitem)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Count the time of a probe for the item that asked for it, before pytest makes its report."""
    if call.when == "call" and Judged.of(item) is not None:
        call.duration += probe_seconds(item)


class Counting:
    """The hooks that know nothing of the configuration: registered once there is a run to count for."""

    def __init__(self, run: ControllerRun) -> None:
        self._results = run.results
        self._junit = run.junit

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the results, those of workers as well."""
        self._results.take(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected."""
        self._results.take_collection(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell Ctrl-C and SIGTERM from xdist's own way of ending a run after -x, a subclass."""
        self._results.is_interrupted = type(excinfo.value) is KeyboardInterrupt

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Keep a full disk from ending in a traceback: pytest writes its report here."""
        with writing_junit(self._junit):
            yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Set the exit code: 0 held, 1 findings, 2 interrupted, 3 internal, 4 usage, no server, nothing selected."""
    run = _controller(session.config)
    if run is not None and not session.config.getoption("collectonly"):
        session.exitstatus = run.results.exit_code(exitstatus)
        if not (run.is_void or run.results.is_interrupted):
            session.exitstatus = accept(run) or session.exitstatus
            keep(run)
    if options.is_command(session.config):
        forget_silent_phases(session.config)
        garbage.keep_all()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Group the findings, and say what to do next."""
    run = _controller(config)
    if run is not None and not run.is_void:
        write_summary(terminalreporter, run)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    run = _controller(config)
    if run is not None:
        run.close()
    if _SIGTERM in config.stash:
        signal.signal(signal.SIGTERM, config.stash[_SIGTERM])


def _controller(config: pytest.Config) -> ControllerRun | None:
    run = config.stash.get(RUN, None)
    return run if isinstance(run, ControllerRun) else None


def _profile(config: pytest.Config) -> Profile | None:
    run = config.stash.get(RUN, None)
    return run.profile if run is not None else None


def _walk(run: ControllerRun, asked: Wanted) -> None:
    try:
        run.walk(asked)
    except PgproofError as fault:
        raise as_usage_error(fault) from None

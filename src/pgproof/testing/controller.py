"""The run in the process that owns the server: provisions, walks, counts, cleans up."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.errors import PgproofError
from pgproof.profile import Profile
from pgproof.registry import records
from pgproof.settings import Settings
from pgproof.testing import options, reports
from pgproof.testing.activation import only_shipped
from pgproof.testing.evidence import Evidence
from pgproof.testing.keeping import refuse_keep
from pgproof.testing.leaving import Leaving
from pgproof.testing.progress import progress_bar
from pgproof.testing.results import Results
from pgproof.testing.room import Room
from pgproof.testing.run import Run, evidence_root, folder, judged_today
from pgproof.testing.selection import demand_subjects
from pgproof.testing.subjects import all_names
from pgproof.testing.wanted import Wanted
from pgproof.testing.weighing import tables_ever


class ControllerRun(Run):
    """The run that has the server and the results."""

    def __init__(self, room: Room, evidence: Evidence, settings: Settings, leaving: Leaving) -> None:
        super().__init__(room.root, evidence, settings)
        self.session = leaving.session
        self.leaving = leaving
        self.left_roles: tuple[str, ...] = ()
        """Roles that the history made on a server of others, and that stay there."""
        self.results = Results(self.profile)
        self.wanted: Wanted | None = None
        self.junit: Path | None = None
        self.has_foreign_checks = False
        """Whether the settings name ids that no shipped check has: judged when all checks are collected."""
        self.unseen: tuple[str, ...] = ()
        """What the contract declares and the walk did not see, with the reasons."""
        self.is_void = False
        """Whether the walk was given up: then no report is left that could be taken for a result."""
        self.accepted: tuple[str, ...] = ()
        """What became of the baseline, where the run was told to write it."""
        self.kept: tuple[str, ...] = ()
        """What --keep has left, or why it has left nothing."""
        self.closing = ExitStack()

    def walk(self, wanted: Wanted) -> None:
        """Walk once, as far as the selected items want; raises PgproofError."""
        if self.wanted is not None:
            return
        self.wanted = wanted
        try:
            if self.has_foreign_checks:
                self.profile.demand_known({**records(), **wanted.records})
            if wanted.walks:
                preview = self.evidence.preview
                with progress_bar() as progress:
                    self.session.walk(wanted.need(preview.history.versions, preview.release), progress)
                self.unseen = _unseen(self)
            self.left_roles = self.session.left_roles()
            if not self.settings.keep:
                self.leaving.begin()
        except BaseException:
            self.is_void = True
            raise

    def close(self) -> None:
        """Stop the server, remove the run's directory; harmless when called twice."""
        self.closing.close()
        if self.is_void and self.junit is not None:
            self.junit.unlink(missing_ok=True)


def provision(config: pytest.Config) -> ControllerRun:
    """Start the server, take the preview, and refuse what cannot be meant; raises PgproofError, and leaves nothing."""
    from pgproof.walk.opening import open_session  # noqa: PLC0415 - loads the database driver

    settings = options.settings_of(config)
    refuse_keep(settings)
    is_real = not config.getoption("collectonly")
    if not is_real:
        settings = replace(settings, evidence=None)  # looking at the list of items takes no evidence away
    has_foreign_checks = _names_foreign_checks(judged_today(settings), config)
    junit = reports.junit_path(config) if is_real else None
    if junit is not None:
        reports.clear_junit(junit)
    with ExitStack() as stack:
        room = Room()
        stack.callback(room.close)
        if settings.evidence is not None:
            stack.callback(os.close, reports.claim_evidence(settings.evidence))
        evidence = Evidence(folder(evidence_root(settings, room.root)).made())
        leaving = Leaving(open_session(settings, evidence.folder))
        stack.callback(leaving.finish)
        run = ControllerRun(room, evidence, settings, leaving)
        run.junit, run.has_foreign_checks = junit, has_foreign_checks
        run.write_settings()
        _demand_contract(run)
        _demand_sizes(run)
        demand_subjects(settings.subjects, all_names(evidence.preview, run.comparison))
        run.closing = stack.pop_all()
    return run


def _demand_contract(run: ControllerRun) -> None:
    """Raise the faults of the contract before anything is walked."""
    contract, preview = run.contract, run.evidence.preview
    if not preview.on_empty:  # else tables of later migrations are unknown, and the first cause is reported
        ever: dict[str, set[str]] = {"table": set(), "column": set()}
        for seen in preview.first_seen:
            kind, _, name = seen.partition(" ")
            ever.setdefault(kind, set()).add(name)
        tables = {table.identity for table in preview.catalog.tables}
        columns = {column.identity for column in preview.catalog.columns}
        if preview.start:  # what older migrations took away again, nobody has seen
            newer = {v: change for v, change in contract.migrations.items() if v in preview.newer}
            contract = replace(contract, migrations=newer)
        contract.demand_known(tables | ever["table"], columns | ever["column"])


def _demand_sizes(run: ControllerRun) -> None:
    if not run.evidence.preview.on_empty:
        run.sizes.demand_known(tables_ever(run.evidence.preview))


def _unseen(run: ControllerRun) -> tuple[str, ...]:
    from pgproof.testing.declared import demand_matched  # noqa: PLC0415 - loads the grammar

    return demand_matched(run.contract, run.evidence)


def _names_foreign_checks(profile: Profile, config: pytest.Config) -> bool:
    """Return whether ids are named that no shipped check has; raises UsageFault where there can be no other."""
    settings = profile.settings
    if not (settings.levels or settings.waivers or settings.checks or profile.baseline.entries):
        return False
    try:
        profile.demand_known(records())
    except PgproofError:
        if only_shipped(config):
            raise
        return True
    return False

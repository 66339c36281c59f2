"""``--keep``: after findings the server remains, with the databases before and after each migration that they name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgproof.errors import PgproofError, ServerFault, UsageFault
from pgproof.finding import Outcome
from pgproof.settings import Settings
from pgproof.testing.finding_text import look

if TYPE_CHECKING:
    from pgproof.testing.controller import ControllerRun
    from pgproof.walk.evidence import Step
    from pgproof.walk.moments import Moment
    from pgproof.walk.stage import Stage

_MOST = 10
"""Migrations whose databases are kept: each takes about 8 MB."""


def refuse_keep(settings: Settings) -> None:
    """Raise UsageFault where the server is not pgproof's to leave."""
    from pgproof.server.named import is_address  # noqa: PLC0415 - loads the database driver

    if settings.keep and is_address(settings.server):
        raise UsageFault(
            "--keep leaves a server of pgproof's own, and this one is named by URL.",
            "Leave one of them out; `pgproof shell VERSION` opens a database of any server while you look at it.",
        )
    if settings.keep and settings.server == "container":
        raise UsageFault(
            "--keep leaves a server of pgproof's own, and one in a container goes with its run.",
            "Use --pgproof-server=embedded; `pgproof shell VERSION` opens a database of any server.",
        )


def keep(run: ControllerRun) -> None:
    """Leave the server, where there are findings; what is left, or why nothing is, is told in the summary."""
    if not run.settings.keep:
        return
    versions = _named(run)
    if not versions:
        run.kept = ("Nothing was kept: no migration has a finding.",)
        return
    try:
        run.kept = tuple(_leave(run, versions[:_MOST]))
    except PgproofError as fault:
        run.kept = (f"The databases could not be kept: {fault.message}", fault.remedy)
        return
    except OSError as exc:
        run.kept = (f"The databases could not be kept: {exc.filename}: {exc.strerror}",)
        return
    if len(versions) > _MOST:
        another = look(run.settings, versions[_MOST], is_before=True)
        run.kept += (f"  and {len(versions) - _MOST} more: `{another}` builds one anew",)


def remaining_notes(settings: Settings) -> tuple[str, ...]:
    """Return a line for each server that an earlier run has left."""
    from pgproof.server.remaining import remaining  # noqa: PLC0415 - loads the database driver

    return tuple(
        f"an earlier run left a server, with databases of {one.migrations}, until {_clock(one.until)}: "
        "`pgproof shell` shows it, `pgproof shell --end` ends it"
        for one in remaining(settings.scratch)
    )


def _named(run: ControllerRun) -> list[str]:
    """Return the migrations that findings name, in the order of the history."""
    failed = {result.migration for result in run.results.of(Outcome.FAIL)}
    return [version for version in run.evidence.preview.history.versions if version in failed]


def _leave(run: ControllerRun, versions: list[str]) -> Iterator[str]:
    from pgproof.server import database, psql, remaining  # noqa: PLC0415 - loads the database driver
    from pgproof.walk.moments import Moment  # noqa: PLC0415 - the same

    server = run.session.server
    own = remaining.own(server)
    if own is None:
        raise ServerFault(
            f"{server.label} cannot be left running.",
            "Use --server=embedded with --keep, or `pgproof shell VERSION`, which works with any server.",
        )
    positions = {version: n for n, version in enumerate(run.evidence.preview.history.versions)}
    kept: dict[str, str] = {}

    def at(moment: Moment, stage: Stage, _: Step | None) -> None:
        side = "before" if moment.is_before else "after"
        name = f"{side}_{moment.version}"
        if len(name.encode()) > database.NAME_LIMIT:
            name = f"{side}_number_{positions[moment.version]}"  # no other version's: those have no such word
        kept[str(moment)] = stage.copy(name).url

    moments = [Moment(version, is_before=is_before) for version in versions for is_before in (True, False)]
    run.session.visit(moments, at, lambda *_: None)
    left = remaining.leave(own, migrations=run.settings.migrations, databases=kept)
    program = psql.program(server)
    yield f"Kept until {_clock(left.until)}, or until `pgproof shell --end`: {left.label}"
    for what, url in kept.items():
        yield f"  {what}: {psql.typed(program, url)}"


def _fitting(name: str, position: int, limit: int) -> str:
    """Return a name that fits into so many bytes, and is still no other's."""
    if len(name.encode()) <= limit:
        return name
    ending = f"…{position}"
    return name.encode()[: limit - len(ending.encode())].decode(errors="ignore") + ending


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M", time.localtime(seconds))

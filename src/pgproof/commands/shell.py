"""``pgproof shell``: psql on the database that a migration met or made, built anew and gone when psql ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pgproof.commands import Answer, command
from pgproof.commands.line import Given, read_words
from pgproof.errors import HistoryFault, UsageFault, did_you_mean
from pgproof.masking import masked
from pgproof.released.scope import scope_of
from pgproof.server import psql, remaining
from pgproof.settings import Settings
from pgproof.tool import layouts
from pgproof.walk.evidence import Step, Unwritten
from pgproof.walk.moments import Moment
from pgproof.walk.opening import open_session
from pgproof.walk.session import Session
from pgproof.walk.stage import Stage

_MANY = 6
"""Versions that are all named."""
_USAGE = "Write pgproof shell [DIR] VERSION [--before]; `pgproof shell --help` says more."


def run(words: Sequence[str]) -> Answer:
    """Open psql and return how it ended; without a version: say what earlier runs have left, or end that."""
    given = read_words(command("shell"), words)
    if not given.positional:
        opens = next((flag for flag in ("--before", "--dsn") if given.has(flag)), "--" if given.after else "")
        if opens:
            raise UsageFault(f"{opens} needs a migration to open the database of.", _USAGE)
        return _end(given) if given.has("--end") else _left(given)
    if given.has("--end"):
        raise UsageFault("--end ends what `pgproof verify --keep` has left, and takes no version.", _USAGE)
    *directory, version = given.positional
    settings = replace(given.settings(directory=next(iter(directory), None)), evidence=None, keep_rows=None)
    settings = _meeting(version, settings)
    moment = Moment(version, is_before=given.has("--before"))
    session = open_session(settings, Unwritten())
    try:
        return _visit(session, moment, _Client(given, session))
    finally:
        session.close()


def _meeting(version: str, settings: Settings) -> Settings:
    """Return the settings of a walk that meets a version: without a base, where it is older than that."""
    if settings.since is None:
        return settings
    history = layouts.detect([settings.migrations, *settings.locations], settings.layout, settings.groups)
    is_older = version in history.versions[: scope_of(settings, history).base]
    return replace(settings, since=None) if is_older else settings


@dataclass(slots=True)
class _Client:
    """What is opened on the database."""

    given: Given
    session: Session
    code: int = 0

    def __call__(self, moment: Moment, stage: Stage, step: Step | None) -> None:
        """Let the user look, until there is nothing more to look at."""
        stage.release()
        server = self.session.server
        lines = [f"{server.label}: the database {moment}, rows included."]
        if step is not None and step.emptied:
            lines.append(f"{moment.version} does not apply over rows, so {', '.join(step.emptied)} had to be emptied.")
        program = psql.program(server)
        if self.given.has("--dsn"):
            _say([*lines, "It is gone after Enter, the end of the input, or Ctrl-C."])
            print(psql.without_password(stage.url), flush=True)  # noqa: T201 - what was asked for
            with contextlib.suppress(KeyboardInterrupt):
                sys.stdin.read(1)
            return
        if program is None:
            raise UsageFault(
                "There is no psql, neither with the server nor on PATH.",
                "Install it (apt install postgresql-client), or say --dsn and connect with a program of your own.",
            )
        _say([*lines, "It is gone when psql ends (\\q)." if sys.stdin.isatty() else "It is gone when psql ends."])
        self.code = int(psql.run(program, stage.url, self.given.after) != 0)  # a signal's number is below 0


def _visit(session: Session, moment: Moment, client: _Client) -> Answer:
    versions = session.preview.history.versions
    if moment.version not in versions:
        raise UsageFault(
            f"There is no migration '{moment.version}' in {session.preview.history.root}."
            f"{did_you_mean(moment.version, versions)}",
            f"The versions are {_some(versions)}.",
        )
    stopped = session.visit([moment], client, lambda *_: None)
    if stopped:
        to = f"so there is no database {moment}" if stopped == moment.version else "and the history ends there"
        raise HistoryFault(
            f"{stopped} does not apply, not even where its tables are empty, {to}.",
            f"`pgproof shell {stopped} --before` opens the database that it met.",
        )
    return Answer(code=client.code)


def _left(given: Given) -> Answer:
    found = remaining.remaining(_scratch(given))
    if not found:
        raise UsageFault("Which migration? No version was named, and no earlier run has left a server.", _USAGE)
    return Answer(lines=tuple(line for one in found for line in described(one)))


def _end(given: Given) -> Answer:
    found = remaining.remaining(_scratch(given))
    if not found:
        return Answer(lines=("No earlier run has left a server.",))
    for one in found:
        if not remaining.end(one):
            raise UsageFault(f"The server in {one.note.parent} does not end.", "Try again, or end its processes.")
    return Answer(lines=(f"Ended {len(found)} server{'' if len(found) == 1 else 's'}, and removed all of it.",))


def described(one: remaining.Remaining) -> Iterator[str]:
    """Yield what a server holds that was left, and how to get there."""
    until = time.strftime("%H:%M", time.localtime(one.until))
    yield f"{one.label}, with databases of {one.migrations}: until {until}, or `pgproof shell --end`"
    for what, url in one.databases.items():
        yield f"  {what}: {psql.typed(None, url)}"


def _scratch(given: Given) -> Path | None:
    """Return where servers are looked for beside the usual places; a project without migrations has none to name."""
    try:
        return given.settings().scratch
    except UsageFault:
        scratch = given.fields.get("scratch")
        return Path(str(scratch)).absolute() if scratch else None


def _some(versions: Sequence[str]) -> str:
    return ", ".join(versions) if len(versions) <= _MANY else f"{', '.join(versions[:3])}, … {versions[-1]}"


def _say(lines: Sequence[str]) -> None:
    print(masked("\n".join(lines)), file=sys.stderr, flush=True)  # noqa: T201 - beside what psql prints

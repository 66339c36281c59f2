"""The team's own tool, by its commands: any program that migrates a database whose URL it is given."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import HistoryFault, UsageFault
from pgproof.server.session import connect
from pgproof.settings.model import Command
from pgproof.tool import Body, History, Migration, MigrationFailed, Ran, Recorded
from pgproof.tool.body import judge, together
from pgproof.tool.counters import Written, told, written
from pgproof.tool.files import OfFiles
from pgproof.tool.outside import Log, demand_agreement, failure
from pgproof.tool.program import Ended, places, run
from pgproof.tool.so_far import files_so_far

MODE = "the tool's own"


@dataclass(frozen=True, kw_only=True)
class CommandTool(OfFiles):
    """Migrates by commands; keeps ``Tool``. Its exit code, its history table and the catalog have to agree.

    Its history is one ``of_commands``.
    """

    command: Command
    log: Log

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"command ({Path(self.command.up[0]).name})"

    def prepare(self, url: str) -> None:
        """Make nothing: the tool makes its history table when it first migrates."""

    def up_all(self, url: str) -> None:
        """Apply all pending migrations by the command ``up``; raises MigrationFailed, UsageFault."""
        _, log = self._watched(url, lambda: self._run(self.command.up, url, directory=self.history.root))
        if log.ended.code:
            with connect(url) as connection:
                pending = self._ledger.pending(connection, self._singly)
            raise MigrationFailed(failure(log.ended, log.text, _database(url), next(iter(pending), None)))

    def up(self, url: str, version: str) -> Sequence[Ran]:
        """Apply exactly this version: by ``up_one``, else by ``up`` on a copy of the directory as it was then."""
        return self._moved(url, version, is_up=True)

    def down(self, url: str, version: str) -> Sequence[Ran]:
        """Undo exactly this version, the newest applied one."""
        if not self.command.down:
            raise ValueError(f"there is no command that undoes {version}")
        return self._moved(url, version, is_up=False)

    def forget(self, url: str, version: str) -> None:
        """Delete the record of this version: by the SQL of the settings, else its row."""
        with connect(url) as connection:
            for part in self._parts(version, down=True):
                if not self.command.forget:
                    self._ledger.unrecord(connection, self._singly, part)
                    continue
                quoted = {place: text.replace("'", "''") for place, text in self._of(part).items()}
                connection.execute(self.command.forget.format(**quoted).encode(), prepare=False)

    def recorded(self, url: str) -> tuple[Recorded, ...]:
        """Return the rows of the history table in the order in which they were written."""
        with connect(url) as connection:
            return self.recorded_on(connection)

    def body(self, version: str, *, down: bool = False) -> Body:
        """Return what the statements of its files are; the tool alone decides how they are run."""
        parts = self._parts(version, down=down)
        return together([judge(self._file(p, down=down).script, MODE, self._surroundings) for p in parts])

    def _moved(self, url: str, version: str, *, is_up: bool) -> Sequence[Ran]:
        return [ran for part in self._parts(version, down=not is_up) for ran in self._part(url, part, is_up=is_up)]

    def _part(self, url: str, part: Migration, *, is_up: bool) -> Sequence[Ran]:
        by, log = self._watched(url, lambda: self._one(url, part, is_up=is_up))
        with connect(url) as connection:
            recorded = {row.version for row in self._ledger.recorded(connection)}
        demand_agreement(log.ended, log.text, _database(url), part, recorded=recorded, is_up=is_up)
        return told([(self._file(part, down=not is_up).script, self._surroundings)], by)

    def _one(self, url: str, part: Migration, *, is_up: bool) -> Ended:
        root = self.history.root
        if not is_up:
            return self._run(self.command.down, url, directory=root, **self._of(part, down=True))
        if self.command.up_one:
            return self._run(self.command.up_one, url, directory=root, **self._of(part))
        with tempfile.TemporaryDirectory(prefix="pgproof-so-far-") as folder:
            copied = files_so_far(self._singly, part.version, Path(folder))
            return self._run(self.command.up, url, directory=copied)

    def _watched(self, url: str, act: Callable[[], Ended]) -> tuple[Written, Watched]:
        """Return what a command wrote and how it ended, with what the server logged meanwhile."""
        before, (_, begin) = self._counted(url), self.log(-1)
        ended = act()
        return self._counted(url).since(before), Watched(ended, self.log(begin)[0])

    def _counted(self, url: str) -> Written:
        with connect(url) as connection:
            return written(connection)

    def _of(self, part: Migration, *, down: bool = False) -> dict[str, str]:
        """Return the places of a command that are about one version."""
        versions = self._singly.versions
        position = versions.index(part.version)
        file = (part.down if down else None) or part.up
        return {"version": part.version, "previous": versions[position - 1] if position else "0", "file": str(file)}

    def _run(self, words: Sequence[str], url: str, *, directory: Path, **more: str) -> Ended:
        given = {"n": "1", "directory": str(directory), **places(url), **more}
        return run([word.format(**given) for word in words], url, folder=self.command.folder)


@dataclass(frozen=True, slots=True)
class Watched:
    """A command that has ended, and what the server logged meanwhile."""

    ended: Ended
    text: str


def of_commands(files: History, command: Command) -> History:
    """Return a history as such a tool has it: how statements are grouped into transactions is its own affair."""
    return replace(files, migrations=tuple(_own(m, command) for m in files.migrations), has_downs=bool(command.down))


def _own(migration: Migration, command: Command) -> Migration:
    down = migration.down if command.down else None
    parts = tuple(_own(part, command) for part in migration.parts)
    return replace(migration, mode=MODE, down=down, down_mode=MODE if down else None, parts=parts)


def _database(url: str) -> str:
    return str(conninfo_to_dict(url).get("dbname", ""))


def told_versions(command: Command, url: str, directory: Path) -> tuple[str, ...]:
    """Return the versions that the command ``status`` lists; raises HistoryFault where it fails or lists none."""
    given = {"n": "1", "directory": str(directory), **places(url)}
    ended = run([word.format(**given) for word in command.status], url, folder=command.folder)
    if ended.code:
        raise HistoryFault(
            f"The command {ended.name!r}, which is to list the migrations, ended with {ended.code}: {ended.last_lines}",
            "Run it by hand with a DATABASE_URL of your own, and correct [tool] status.",
        )
    found = tuple(dict.fromkeys(m["version"] for m in re.finditer(command.versions, ended.output, re.MULTILINE)))
    if not found:
        raise UsageFault(
            f"{command.versions!r} finds no version in what {ended.name!r} writes: {ended.last_lines or 'nothing'}",
            "Correct versions in [tool]: a regular expression with the group (?P<version>…).",
        )
    return found


__all__ = ["CommandTool", "of_commands", "told_versions"]

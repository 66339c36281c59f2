"""The team's own tool, by its commands: any program that migrates a database whose URL it is given."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import HistoryFault, UsageFault
from pgproof.server.session import connect
from pgproof.settings.model import Command
from pgproof.tool import Body, History, HistoryTable, Migration, MigrationFailed, Ran, Recorded, layouts
from pgproof.tool.body import judge
from pgproof.tool.counters import Written, told, written
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.ledger import Ledger, RowLedger
from pgproof.tool.outside import Log, demand_agreement, failure
from pgproof.tool.program import Ended, places, run
from pgproof.tool.so_far import files_so_far
from pgproof.tool.statements import EMPTY, Script
from pgproof.tool.surroundings import Surroundings, survey

MODE = "the tool's own"


@dataclass(frozen=True)
class CommandTool:
    """Migrates by commands; keeps ``Tool``. Its exit code, its history table and the catalog have to agree."""

    command: Command
    files: History
    """The migrations, as its layout has them on disk."""
    log: Log
    table: HistoryTable | None = None

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"command ({Path(self.command.up[0]).name})"

    @cached_property
    def history(self) -> History:
        """The history; how its statements are grouped into transactions is the tool's own affair."""
        has_downs = bool(self.command.down)
        migrations = tuple(
            replace(m, mode=MODE, down_mode=MODE if has_downs else None, down=m.down if has_downs else None)
            for m in self.files.migrations
        )
        return replace(self.files, migrations=migrations, has_downs=has_downs)

    @property
    def history_table(self) -> HistoryTable:
        """Where it records versions."""
        return self._ledger.table

    @cached_property
    def _layout(self) -> Layout:
        return layouts.by_name(self.files.layout)

    @cached_property
    def _ledger(self) -> Ledger:
        return self._layout.ledger if self.table is None else RowLedger(self.table)

    @cached_property
    def _migrations(self) -> dict[str, Migration]:
        return {m.version: m for m in self.history.migrations}

    @cached_property
    def _surroundings(self) -> Surroundings:
        sides = ((p, down) for m in self.files.migrations for p, down in ((m.up, False), (m.down, True)))
        return survey(self._layout.script(p, down=down) for p, down in sides if p is not None)

    def prepare(self, url: str) -> None:
        """Make nothing: the tool makes its history table when it first migrates."""

    def up_all(self, url: str) -> None:
        """Apply all pending migrations by the command ``up``; raises MigrationFailed, UsageFault."""
        _, log = self._watched(url, lambda: self._run(self.command.up, url, directory=self.files.root))
        if log.ended.code:
            recorded = {row.version for row in self.recorded(url)}
            pending = next((m for m in self.history.migrations if m.version not in recorded), None)
            raise MigrationFailed(failure(log.ended, log.text, _database(url), pending))

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
            if not self.command.forget:
                self._ledger.unrecord(connection, self.history, self._migrations[version])
                return
            quoted = {place: text.replace("'", "''") for place, text in self._of(version).items()}
            connection.execute(self.command.forget.format(**quoted).encode(), prepare=False)

    def recorded(self, url: str) -> tuple[Recorded, ...]:
        """Return the rows of the history table in the order in which they were written."""
        with connect(url) as connection:
            return self._ledger.recorded(connection)

    def body(self, version: str, *, down: bool = False) -> Body:
        """Return what the statements of its file are; the tool alone decides how they are run."""
        return judge(self._script(version, down=down), MODE, self._surroundings)

    def _script(self, version: str, *, down: bool) -> Script:
        migration = self._migrations[version]
        path = migration.down if down else migration.up
        return EMPTY if path is None or not path.is_file() else self._layout.script(path, down=down)

    def _moved(self, url: str, version: str, *, is_up: bool) -> Sequence[Ran]:
        migration = self._migrations[version]
        by, log = self._watched(url, lambda: self._one(url, version, is_up=is_up))
        recorded = {row.version for row in self.recorded(url)}
        if self.history_table.keeps_only_last and is_up is False:
            recorded -= {version} - {row.version for row in self.recorded(url)}
        demand_agreement(log.ended, log.text, _database(url), migration, recorded=recorded, is_up=is_up)
        return told([(self._script(version, down=not is_up), self._surroundings)], by)

    def _one(self, url: str, version: str, *, is_up: bool) -> Ended:
        if not is_up:
            return self._run(self.command.down, url, directory=self.files.root, **self._of(version, down=True))
        if self.command.up_one:
            return self._run(self.command.up_one, url, directory=self.files.root, **self._of(version))
        with tempfile.TemporaryDirectory(prefix="pgproof-so-far-") as folder:
            copied = files_so_far(self.files, version, Path(folder))
            return self._run(self.command.up, url, directory=copied)

    def _watched(self, url: str, act: Callable[[], Ended]) -> tuple[Written, Watched]:
        """Return what a command wrote and how it ended, with what the server logged meanwhile."""
        before, (_, begin) = self._counted(url), self.log(-1)
        ended = act()
        return self._counted(url).since(before), Watched(ended, self.log(begin)[0])

    def _counted(self, url: str) -> Written:
        with connect(url) as connection:
            return written(connection)

    def _of(self, version: str, *, down: bool = False) -> dict[str, str]:
        """Return the places of a command that are about one version."""
        versions, migration = self.history.versions, self._migrations[version]
        position = versions.index(version)
        file = (migration.down if down else None) or migration.up
        return {"version": version, "previous": versions[position - 1] if position else "0", "file": str(file)}

    def _run(self, words: Sequence[str], url: str, *, directory: Path, **more: str) -> Ended:
        given = {"n": "1", "directory": str(directory), **places(url), **more}
        return run([word.format(**given) for word in words], url, folder=self.command.folder)


@dataclass(frozen=True, slots=True)
class Watched:
    """A command that has ended, and what the server logged meanwhile."""

    ended: Ended
    text: str


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


__all__ = ["CommandTool", "told_versions"]

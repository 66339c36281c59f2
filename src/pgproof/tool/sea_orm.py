"""SeaORM, by its own program: a crate that is built once, a program that is built already, or sea-orm-cli."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import HistoryFault, UsageFault
from pgproof.server.session import connect
from pgproof.tool import (
    Body,
    Failure,
    History,
    HistoryTable,
    Migration,
    MigrationFailed,
    Ran,
    Recorded,
    Stopped,
    cargo,
    layouts,
)
from pgproof.tool.counters import Written, bare, told, written
from pgproof.tool.failures import shown
from pgproof.tool.layouts import sea_orm as layout
from pgproof.tool.ledger import RowLedger
from pgproof.tool.outside import UNKNOWN, Log, line_of
from pgproof.tool.program import Ended, run
from pgproof.tool.sea_orm_said import begun, failure, plain, versions
from pgproof.tool.sent import statements, work
from pgproof.tool.statements import Script, split
from pgproof.tool.surroundings import survey

_QUIET = {"RUST_BACKTRACE": "0", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How SeaORM is called."""

    words: tuple[str, ...]
    """What stands before ``up`` and ``down``."""
    version: str = ""
    """The version of sea-orm-migration; empty where it is not known."""
    built: str = ""
    """The identity of the program that pgproof built; empty where it built none."""

    @property
    def name(self) -> str:
        """Its name in messages."""
        return Path(self.words[0]).name if len(self.words) > 1 else "migration"


@dataclass(frozen=True)
class SeaOrmTool:
    """Migrates by SeaORM's commands; keeps ``Tool``. What is applied is read from its table, never from its words."""

    program: Program
    history: History
    log: Log
    table: HistoryTable = layout.TABLE
    _sent: dict[str, Script] = field(default_factory=dict, compare=False)
    """Every statement that was seen, once: what functions and triggers do is known from them."""

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"SeaORM {self.program.version}".strip()

    @property
    def history_table(self) -> HistoryTable:
        """Where it records versions."""
        return self.table

    @cached_property
    def _migrations(self) -> dict[str, Migration]:
        return {m.version: m for m in self.history.migrations}

    @cached_property
    def _files(self) -> tuple[Path, ...]:
        return tuple(sorted({p for p in self.history.root.rglob("*.rs") if p.is_file()}))

    def prepare(self, url: str) -> None:
        """Make nothing: each of its commands makes the history table first."""

    def up_all(self, url: str) -> None:
        """Apply all that is pending by one ``up``: with 1.x in one transaction, with 2.x in one for each."""
        ended, log, _ = self._watched(url, "up")
        if ended.code:
            raise self._failed(url, ended, log, self._migrations.get(begun(ended.output)))

    def undo(self, url: str, versions: Sequence[str]) -> Stopped | None:
        """Undo the newest versions in one command: ``reset`` where that is all, else ``down -n``."""
        applied = {row.version for row in self.recorded(url)}
        count = ("down", "-n", str(len(versions))) if applied - set(versions) else ("reset",)
        ended, log, _ = self._watched(url, *count)
        version = begun(ended.output) or versions[-1]
        if ended.code:
            return Stopped(
                version=version, failure=self._failed(url, ended, log, self._migrations.get(version)).failure
            )
        after = {row.version for row in self.recorded(url)}
        if after == applied - set(versions):
            return None
        return Stopped(version=version, failure=_disagreed(ended, self._migrations[versions[0]], applied, after))

    def up(self, url: str, version: str) -> Sequence[Ran]:
        """Apply exactly this version: ``up -n 1`` takes the first that is pending."""
        return self._moved(url, version, is_up=True)

    def down(self, url: str, version: str) -> Sequence[Ran]:
        """Undo exactly this version: ``down -n 1`` takes the last that is applied."""
        return self._moved(url, version, is_up=False)

    def forget(self, url: str, version: str) -> None:
        """Delete the row of this version, as Case 1 finds it."""
        with connect(url) as connection:
            RowLedger(self.table).unrecord(connection, self.history, self._migrations[version])

    def recorded(self, url: str) -> tuple[Recorded, ...]:
        """Return the rows of the history table in the order in which they were written."""
        with connect(url) as connection:
            return RowLedger(self.table).recorded(connection)

    def body(self, version: str, *, down: bool = False) -> Body:
        """Return what can be said of a direction before it runs: whether it is there and does anything."""
        migration = self._migrations[version]
        path = migration.down if down else migration.up
        is_empty = down and path is not None and path.is_file() and layout.is_down_empty(path, version)
        return Body(is_empty=is_empty, needs_clone="its program opens its own connection")

    def _moved(self, url: str, version: str, *, is_up: bool) -> Sequence[Ran]:
        before = {row.version for row in self.recorded(url)}
        ended, log, counted = self._watched(url, "up" if is_up else "down", "-n", "1")
        migration, after = self._migrations[version], {row.version for row in self.recorded(url)}
        if ended.code:
            raise self._failed(url, ended, log, migration, is_done=(version in after) is is_up)
        if after != (before | {version} if is_up else before - {version}):
            raise MigrationFailed(_disagreed(ended, migration, before, after))
        return self._ran(log, url, migration, counted, is_up=is_up)

    def _failed(
        self, url: str, ended: Ended, log: str, migration: Migration | None, *, is_done: bool = False
    ) -> MigrationFailed:
        found = failure(ended, log, _database(url), migration, self._files)
        more = ", and the history table has it as done all the same" if is_done else ""
        return MigrationFailed(replace(found, detail=f"{found.detail}{more}"))

    def _watched(self, url: str, *words: str) -> tuple[Ended, str, Written]:
        """Run a command; return how it ended, what the server logged meanwhile, and the rows that it wrote."""
        with connect(url) as connection:
            before = written(connection)
        _, begin = self.log(-1)
        ended = command(self.program, url, *words)
        with connect(url) as connection:
            counted = written(connection)
            return ended, self.log(begin)[0], counted.since(before)

    def _ran(self, log: str, url: str, migration: Migration, counted: Written, *, is_up: bool) -> list[Ran]:
        """Return the statements that ran: those that the server has logged, else those that stand in the source."""
        scripts = [split(one) for one in work(statements(log, _database(url)))]
        if not log:
            path = migration.up if is_up else migration.down
            scripts = [layouts.by_name(layout.SEA_ORM).script(path, down=not is_up)] if path else []
        self._sent.update({script.text: script for script in scripts})
        surroundings = survey(self._sent.values())
        return [
            replace(ran, line=line_of(statement.text, migration.up) or (0 if log else statement.line))
            for script in scripts
            for ran, statement in zip(told([(script, surroundings)], counted), script.statements, strict=True)
            if self.table.table not in map(bare, ran.tables) and (ran.kind != "SELECT" or ran.moves_data)
        ]


def command(program: Program, url: str, *words: str) -> Ended:
    """Run one of SeaORM's commands in a directory without a ``.env``, on one database and on no other.

    Raises UsageFault where the program is no longer the one that was built.
    """
    if program.built and program.built != cargo.identity(Path(program.words[0])):
        raise UsageFault(
            f"{program.words[0]} was built anew while pgproof ran it.",
            "Run it again; let builds at the same time have target directories of their own (CARGO_TARGET_DIR).",
        )
    with tempfile.TemporaryDirectory(prefix="pgproof-sea-orm-") as folder:
        ended = run([*program.words, *words], url, folder=Path(folder), environment=_QUIET)
    return plain(replace(ended, name=f"`{' '.join((program.name, *words))}`"))


def known(program: Program, url: str, files: History) -> History:
    """Return the history as the program itself tells it, on a scratch database; the files are those of the sources.

    Raises HistoryFault where it does not tell.
    """
    ended = command(program, url, "status")
    told_versions = versions(ended.output)
    if ended.code or not told_versions:
        what = f"ended with {ended.code}" if ended.code else "lists no migration"
        raise HistoryFault(
            f"{ended.name}, which is to list the migrations, {what}:\n{ended.last_lines}",
            "Its main function is to call cli::run_cli(migration::Migrator).await, as `sea-orm-cli migrate init` "
            "writes it, and to read DATABASE_URL.",
        )
    by_version = {m.version: m for m in files.migrations}
    migrations = tuple(by_version.get(version) or _without_source(version, files.root) for version in told_versions)
    faults = files.faults if told_versions == files.versions else tuple(layout.unsorted(told_versions))
    return replace(files, migrations=migrations, has_downs=True, faults=faults)


def history_table(url: str) -> HistoryTable:
    """Return the table that ``status`` has made on a scratch database; raises UsageFault where it made none."""
    with connect(url) as connection:
        row = connection.execute(
            "SELECT nspname, relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_catalog.pg_attribute"
            " WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) = ARRAY['version', 'applied_at']"
            " ORDER BY c.oid DESC LIMIT 1",
            prepare=False,
        ).fetchone()
    if row is None:
        raise UsageFault(
            "SeaORM's `status` has made no history table with the columns version and applied_at.",
            'Name it: history = { table = "…", version = "version", applied_at = "applied_at" }.',
        )
    return replace(layout.TABLE, schema=row[0], table=row[1])


def _without_source(version: str, root: Path) -> Migration:
    """Return a migration that the program knows and the sources do not show."""
    return Migration(version=version, up=root, down=root, mode=layout.MODE, down_mode=layout.MODE)


def _disagreed(ended: Ended, migration: Migration, before: set[str], after: set[str]) -> Failure:
    came, went = sorted(after - before), sorted(before - after)
    what = [f"records {', '.join(came)}"] if came else []
    what += [f"no longer records {', '.join(went)}"] if went else []
    return Failure(
        sqlstate=UNKNOWN,
        message=f"{ended.name} ended with 0, and the history table {' and '.join(what) or 'is as it was'}",
        detail=ended.last_lines,
        file=shown(migration.up),
    )


def _database(url: str) -> str:
    return str(conninfo_to_dict(url).get("dbname", ""))

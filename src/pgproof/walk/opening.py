"""From settings to a session: the history is read, a server started, and what is older than the base put there."""

from __future__ import annotations

from glob import escape
from pathlib import Path

from pgproof import base
from pgproof.data.seeds import read_seeds
from pgproof.released.scope import Scope, scope_of
from pgproof.server import TOOL_ROLE, Server, choose, database, named
from pgproof.settings import HistoryOverride, Settings
from pgproof.settings.model import Command
from pgproof.tool import History, HistoryTable, Migration, Tool, layouts, needs, server_wide
from pgproof.tool.command import CommandTool, of_commands, told_versions
from pgproof.tool.layouts.code import CODE
from pgproof.tool.sql import SqlTool
from pgproof.tool.statements import read
from pgproof.walk import origin, sea_orm
from pgproof.walk.evidence import Folder
from pgproof.walk.holding import holding
from pgproof.walk.session import Session


def open_session(settings: Settings, folder: Folder) -> Session:
    """Return a session whose preview is done; raises PgproofError, and then leaves nothing behind."""
    if settings.tool is not None and settings.tool.status:
        return _told(settings, settings.tool, folder)
    if sea_orm.is_meant(settings):
        return _sea_orm(settings, folder)
    found = layouts.detect([settings.migrations, *settings.locations], settings.layout, settings.groups)
    scope = scope_of(settings, found)
    may_hold = scope.base and not settings.fresh and settings.tool is None
    server = start(settings, found, scope if may_hold else None)
    try:
        tool = tool_of(settings, found, server)
        if server.is_restored:
            return Session(settings, folder, base.resume(server, settings, origin.NAME), tool, scope)
        return Session(settings, folder, base.prepare(server, settings), tool, scope)
    except BaseException:
        server.close()
        raise


def _told(settings: Settings, command: Command, folder: Folder) -> Session:
    """Return a session of a tool that says itself which migrations there are: their files are its own affair."""
    server = start(settings, None)
    try:
        prepared = base.prepare(server, settings)
        name = f"pgproof_{server.standing.run}_told"
        database.create(prepared, name)
        try:
            versions = told_versions(command, prepared.url(name, role=TOOL_ROLE), settings.migrations)
        finally:
            database.drop(prepared, name)
        migrations = tuple(_told_migration(settings.migrations, version) for version in versions)
        history = History(
            root=settings.migrations, layout=CODE, migrations=migrations, has_downs=bool(command.down)
        )
        return Session(settings, folder, prepared, tool_of(settings, history, server), scope_of(settings, history))
    except BaseException:
        server.close()
        raise


def _sea_orm(settings: Settings, folder: Folder) -> Session:
    """Return a session of SeaORM's own program; it is built before anything is started."""
    found, program = sea_orm.sources(settings), sea_orm.program(settings)
    server = start(settings, found)
    try:
        prepared = base.prepare(server, settings)
        tool = sea_orm.tool(prepared, program, found, _history_table(settings.history))
        return Session(settings, folder, prepared, tool, scope_of(settings, tool.history))
    except BaseException:
        server.close()
        raise


def _told_migration(root: Path, version: str) -> Migration:
    """Return a migration of which only the version is known, with the file that bears it, where one does."""
    file = next((path for path in sorted(root.rglob(f"*{escape(version)}*")) if path.is_file()), root)
    return Migration(version=version, up=file, down=file, mode="")


def start(settings: Settings, history: History | None, held: Scope | None = None) -> Server:
    """Return a server that has what the history needs; with ``held``, one that may come with the older migrations."""
    return choose.start(
        server=settings.server,
        image=settings.image,
        keep=settings.keep,
        pg_version=settings.pg_version,
        pg_bin=settings.pg_bin,
        scratch=settings.scratch,
        extensions=(needs.extensions(history) if history else frozenset()) | base.extensions(settings),
        parts=needs.parts(history) if history else frozenset(),
        wishes=needs.wishes(history) if history else frozenset(),
        timezone=settings.timezone,
        roles=_roles(settings, history),
        allow_server_wide=settings.allow_server_wide,
        holding=holding(settings, history, held.base) if history and held else None,
    )


def tool_of(settings: Settings, history: History, server: Server | None) -> Tool:
    """Return who applies a history; without a server nobody reads its log."""
    table = _history_table(settings.history)
    if settings.tool is None:
        return SqlTool(history, table)
    log = server.logged if server else _no_log
    return CommandTool(of_commands(history, settings.tool), table, command=settings.tool, log=log)


def _no_log(_: int) -> tuple[str, int]:
    return "", 0


def _roles(settings: Settings, history: History | None) -> frozenset[str]:
    """Return the roles that may appear; raises HistoryFault where a server of others would be changed."""
    if not named.is_address(settings.server):
        return frozenset()
    seeds = read_seeds(settings.seeds, history.versions).values() if settings.seeds and history else ()
    migrations = server_wide.sources(history) if history else ()
    sent = [*base.sources(settings), *migrations, *((path, read(path)) for path in seeds)]
    if not settings.allow_server_wide:
        server_wide.refuse(sent)
    return server_wide.roles(sent)


def _history_table(given: HistoryOverride | None) -> HistoryTable | None:
    if given is None:
        return None
    schema, _, table = given.table.rpartition(".")
    return HistoryTable(schema=schema or "public", table=table, version=given.version, applied_at=given.applied_at)

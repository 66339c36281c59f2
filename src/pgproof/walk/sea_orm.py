"""SeaORM made ready: its program built, its migrations told by itself, its statements logged by the server."""

from __future__ import annotations

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pgproof.server import TOOL_ROLE, Server, database
from pgproof.settings import Settings, crates
from pgproof.tool import History, HistoryTable, cargo, layouts
from pgproof.tool.layouts.listing import look
from pgproof.tool.layouts.sea_orm import SEA_ORM
from pgproof.tool.sea_orm import Program, SeaOrmTool, history_table, known

_CLI = "sea-orm-cli"


def is_meant(settings: Settings) -> bool:
    """Whether SeaORM migrates: by its own program, or as a crate, unless the settings name another tool or layout."""
    if settings.tool is not None or settings.layout not in {None, SEA_ORM}:
        return False
    return bool(settings.sea_orm.program) or crates.of(settings.migrations) is not None


def sources(settings: Settings) -> History:
    """Return the history as the sources have it; without any, the program alone knows it."""
    return layouts.by_name(SEA_ORM).read(look(settings.migrations))


def program(settings: Settings) -> Program:
    """Return how SeaORM is called: by the program of the settings, else by the crate's own, which is built first."""
    crate, given = crates.of(settings.migrations), settings.sea_orm.program
    version = cargo.version(crate) if crate else ""
    if given and given[0].rpartition("/")[2] == _CLI:
        return Program(words=(*given, "migrate", "-d", str(crate or settings.migrations)), version=version)
    if given or crate is None:
        return Program(words=given, version=version)
    built = cargo.build(crate, settings.sea_orm.cargo)
    return Program(words=(str(built),), version=cargo.version(crate), built=cargo.identity(built))


def tool(server: Server, called: Program, files: History, table: HistoryTable | None) -> SeaOrmTool:
    """Return the tool with the migrations that it tells; raises HistoryFault where it does not."""
    name = f"pgproof_{server.standing.run}_told"
    database.create(server, name)
    try:
        url = server.url(name, role=TOOL_ROLE)
        if not server.standing.is_shared:
            role = sql.Identifier(str(conninfo_to_dict(url)["user"]))
            server.maintenance().execute(sql.SQL("ALTER ROLE {} SET log_statement = 'all'").format(role))
        history = known(called, url, files)
        return SeaOrmTool(called, history, server.logged, table or history_table(url))
    finally:
        database.drop(server, name)

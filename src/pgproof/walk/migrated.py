"""A database with all migrations, for the tests of those who write the application."""

from __future__ import annotations

from pgproof import base
from pgproof.errors import HistoryFault
from pgproof.server import TOOL_ROLE, Server, database
from pgproof.settings import Settings
from pgproof.tool import MigrationFailed, Tool, layouts
from pgproof.walk import opening


def start(settings: Settings, name: str) -> tuple[Server, str]:
    """Return a server, to be closed, and the name of a database on it that all migrations were applied to.

    ``name`` is the end of its name. Raises PgproofError, and then leaves nothing behind.
    """
    history = layouts.detect([settings.migrations, *settings.locations], settings.layout, settings.groups)
    server = opening.start(settings, history)
    try:
        prepared = base.prepare(server, settings)
        whole = f"pgproof_{server.standing.run}_{name}"
        database.create(prepared, whole)
        _apply(opening.tool_of(settings, history, server), prepared.url(whole, role=TOOL_ROLE))
    except BaseException:
        server.close()
        raise
    return prepared, whole


def migrate(settings: Settings, url: str) -> None:
    """Apply all migrations to the database of a URL, as its own user; raises PgproofError."""
    history = layouts.detect([settings.migrations, *settings.locations], settings.layout, settings.groups)
    _apply(opening.tool_of(settings, history, None), url)


def _apply(tool: Tool, url: str) -> None:
    try:
        tool.prepare(url)
        tool.up_all(url)
    except MigrationFailed as failed:
        failure = failed.failure
        place = f"{failure.file}:{failure.line}" if failure.line else failure.file
        raise HistoryFault(
            f"The migrations of {tool.history.root} do not apply: {failure.message} ({failure.sqlstate}, {place}).",
            "`pgproof verify` says more.",
        ) from failed

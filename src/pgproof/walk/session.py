"""One run: settings to server, preview, walk; whoever opens it closes it."""

from __future__ import annotations

from pgproof import base
from pgproof.data.rows import Filler
from pgproof.data.seeds import read_seeds
from pgproof.server import Server, choose, lacking, named, roles
from pgproof.server.lost import translate_lost
from pgproof.settings import HistoryOverride, Settings
from pgproof.tool import HistoryTable, layouts, needs, server_wide
from pgproof.tool.sql import SqlTool
from pgproof.tool.statements import read
from pgproof.walk.evidence import Folder, Preview
from pgproof.walk.lookahead import LookAhead
from pgproof.walk.need import Need
from pgproof.walk.preview import history_identity, take_preview
from pgproof.walk.state import Observer
from pgproof.walk.step import Rows
from pgproof.walk.walk import Progress, Walk

ROW_LIMIT = 5_000
"""Tables with more rows are compared by digest alone."""


class Session:
    """A server, a tool, and the evidence that they give."""

    def __init__(self, settings: Settings, folder: Folder, server: Server, tool: SqlTool) -> None:
        self.server = server
        self._settings = settings
        self._folder = folder
        self._tool = tool
        self._observer = Observer(
            exclude=history_identity(tool.history_table), limit=ROW_LIMIT, read_everything=settings.read_everything
        )
        self._prefix = f"pgproof_{server.standing.run}"
        self._seeds = read_seeds(settings.seeds, tool.history.versions) if settings.seeds else {}
        with translate_lost(server), lacking.explained(server):
            self.preview, self._ahead = self._previewed()

    def _previewed(self) -> tuple[Preview, LookAhead]:
        preview, ahead = take_preview(self.server, self._tool, self._observer, self._prefix, self._seeds)
        self._folder.write("preview", preview)
        return preview, ahead

    def walk(self, need: Need, progress: Progress) -> None:
        """Walk as far and with such probes as ``need`` says; raises LostServer, UsageFault."""
        settings = self._settings
        rows = Rows(
            filler=Filler(rows=settings.rows, seed=settings.seed),
            ahead=self._ahead,
            seeds=self._seeds,
            keep=settings.keep_rows,
        )
        walk = Walk(
            server=self.server,
            tool=self._tool,
            observer=self._observer,
            rows=rows,
            folder=self._folder,
            prefix=self._prefix,
        )
        with translate_lost(self.server), lacking.explained(self.server):
            walk.take(need, progress)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the server cannot give."""
        return self.server.standing.notes

    def left_roles(self) -> tuple[str, ...]:
        """Return the roles that appeared on a server of others, where they may, and stay there."""
        return roles.appeared(self.server)

    def close(self) -> None:
        """Stop the server; harmless when called twice."""
        self.server.close()


def open_session(settings: Settings, folder: Folder) -> Session:
    """Return a session whose preview is done; raises PgproofError, and then leaves nothing behind."""
    found = layouts.detect([settings.migrations, *settings.locations], settings.layout, settings.groups)
    tool = SqlTool(found, _history_table(settings.history))
    server = choose.start(
        server=settings.server,
        pg_version=settings.pg_version,
        pg_bin=settings.pg_bin,
        scratch=settings.scratch,
        extensions=needs.extensions(tool.history) | base.extensions(settings),
        parts=needs.parts(tool.history),
        wishes=needs.wishes(tool.history),
        timezone=settings.timezone,
        roles=_roles(settings, tool),
        allow_server_wide=settings.allow_server_wide,
    )
    try:
        return Session(settings, folder, base.prepare(server, settings), tool)
    except BaseException:
        server.close()
        raise


def _roles(settings: Settings, tool: SqlTool) -> frozenset[str]:
    """Return the roles that may appear; raises HistoryFault where a server of others would be changed."""
    if not named.is_address(settings.server):
        return frozenset()
    seeds = read_seeds(settings.seeds, tool.history.versions).values() if settings.seeds else ()
    sent = [*base.sources(settings), *server_wide.sources(tool.history), *((path, read(path)) for path in seeds)]
    if not settings.allow_server_wide:
        server_wide.refuse(sent)
    return server_wide.roles(sent)


def _history_table(given: HistoryOverride | None) -> HistoryTable | None:
    if given is None:
        return None
    schema, _, table = given.table.rpartition(".")
    return HistoryTable(schema=schema or "public", table=table, version=given.version, applied_at=given.applied_at)

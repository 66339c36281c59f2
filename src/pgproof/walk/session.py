"""One run: settings to server, preview, walk; whoever opens it closes it."""

from __future__ import annotations

import secrets

from pgproof.data.rows import Filler
from pgproof.data.seeds import read_seeds
from pgproof.server import Server, choose
from pgproof.settings import HistoryOverride, Settings
from pgproof.tool import HistoryTable, layouts
from pgproof.tool.needs import extensions
from pgproof.tool.sql import SqlTool
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
        self._prefix = f"pgproof_{secrets.token_hex(4)}"
        self._seeds = read_seeds(settings.seeds, tool.history.versions) if settings.seeds else {}
        self.preview, self._ahead = self._previewed()

    def _previewed(self) -> tuple[Preview, LookAhead]:
        preview, ahead = take_preview(self.server, self._tool, self._observer, self._prefix)
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
        walk.take(need, progress)

    def close(self) -> None:
        """Stop the server; harmless when called twice."""
        self.server.close()


def open_session(settings: Settings, folder: Folder) -> Session:
    """Return a session whose preview is done; raises PgproofError, and then leaves nothing behind."""
    tool = SqlTool(layouts.detect(settings.migrations, settings.layout), _history_table(settings.history))
    server = choose.start(
        server=settings.server,
        pg_version=settings.pg_version,
        pg_bin=settings.pg_bin,
        scratch=settings.scratch,
        extensions=extensions(tool.history),
        timezone=settings.timezone,
    )
    try:
        return Session(settings, folder, server, tool)
    except BaseException:
        server.close()
        raise


def _history_table(given: HistoryOverride | None) -> HistoryTable | None:
    if given is None:
        return None
    schema, _, table = given.table.rpartition(".")
    return HistoryTable(schema=schema or "public", table=table, version=given.version, applied_at=given.applied_at)

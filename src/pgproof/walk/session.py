"""One run: settings to server, preview, walk; whoever opens it closes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pgproof.data.rows import Filler
from pgproof.data.seeds import read_seeds
from pgproof.released.scope import Scope
from pgproof.server import Server, lacking, roles
from pgproof.server.lost import translate_lost
from pgproof.settings import Settings
from pgproof.tool import Tool, server_wide
from pgproof.tool.sql import SqlTool
from pgproof.walk import origin
from pgproof.walk.evidence import Folder, Preview
from pgproof.walk.lookahead import LookAhead
from pgproof.walk.moments import At, Moment, visit
from pgproof.walk.need import Need
from pgproof.walk.preview import Plan, history_identity, take_preview
from pgproof.walk.state import Observer
from pgproof.walk.step import Rows
from pgproof.walk.walk import Progress, Walk

ROW_LIMIT = 5_000
"""Tables with more rows are compared by digest alone."""


class Session:
    """A server, a tool, and the evidence that they give."""

    def __init__(self, settings: Settings, folder: Folder, server: Server, tool: Tool, scope: Scope) -> None:
        self.server = server
        self._settings = settings
        self._folder = folder
        self._tool = tool
        self._scope = scope
        self._observer = Observer(
            exclude=history_identity(tool.history_table), limit=ROW_LIMIT, read_everything=settings.read_everything
        )
        self._prefix = f"pgproof_{server.standing.run}"
        self._seeds = read_seeds(settings.seeds, tool.history.versions) if settings.seeds else {}
        with translate_lost(server), lacking.explained(server):
            if scope.base and not server.is_restored:
                self.server = origin.place(server, tool, self._observer, scope.base)
            self.preview, self._ahead = self._previewed()

    def _previewed(self) -> tuple[Preview, LookAhead]:
        plan = Plan(
            seeds=self._seeds,
            start=self._scope.base,
            newest=self._settings.release,
            is_confined=isinstance(self._tool, SqlTool) and server_wide.is_confined(self._tool.history),
        )
        preview, ahead = take_preview(self.server, self._tool, self._observer, self._prefix, plan)
        scope = self._scope
        preview = replace(preview, base=scope.name, newer=scope.newer, releases=scope.releases)
        self._folder.write("preview", preview)
        return preview, ahead

    def walk(self, need: Need, progress: Progress) -> None:
        """Walk as far and with such probes as ``need`` says; raises LostServer, UsageFault."""
        with translate_lost(self.server), lacking.explained(self.server):
            self._walk().take(need, progress)

    def visit(self, moments: Collection[Moment], at: At, progress: Progress) -> str:
        """Walk again, without probes, and show the database of each moment; return what ``moments.visit`` returns."""
        with translate_lost(self.server), lacking.explained(self.server):
            return visit(self._walk(), moments, at, progress)

    def _walk(self) -> Walk:
        settings = self._settings
        rows = Rows(
            filler=Filler(rows=settings.rows, seed=settings.seed),
            ahead=self._ahead,
            seeds=self._seeds,
            keep=settings.keep_rows,
        )
        return Walk(
            server=self.server,
            tool=self._tool,
            observer=self._observer,
            rows=rows,
            folder=self._folder,
            prefix=self._prefix,
            start=self._scope.base,
        )

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

"""The empty twin: the same history without generated rows, made only when a migration fails on rows."""

from __future__ import annotations

from pgproof.server import Server
from pgproof.tool import Tool
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer


class Twin:
    """A database that holds only what migrations themselves inserted; it follows the walk, late and cheaply."""

    def __init__(self, server: Server, tool: Tool, observer: Observer, name: str) -> None:
        self._server = server
        self._tool = tool
        self._observer = observer
        self._name = name
        self._stage: Stage | None = None
        self._applied = 0

    def at(self, position: int) -> Stage:
        """Return the twin just before the migration at ``position``; positions never go back."""
        if self._stage is None:
            self._stage = Stage.fresh(self._server, self._tool, self._observer, self._name)
        for version in self._tool.history.versions[self._applied : position]:
            self._tool.up(self._stage.url, version)
        self._applied = position
        return self._stage

    def drop(self) -> None:
        """Drop it, if it was ever made."""
        if self._stage is not None:
            self._stage.drop()

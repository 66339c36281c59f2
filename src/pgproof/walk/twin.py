"""The empty twin: the same history without generated rows, made only when a migration fails on rows."""

from __future__ import annotations

from pgproof.errors import HistoryFault
from pgproof.server import Server, roles
from pgproof.server.roles import Roles
from pgproof.tool import MigrationFailed, Tool
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer


class Twin:
    """A database that holds only what migrations themselves inserted; it follows the walk, late and cheaply.

    The roles that the history creates are there once for the walk and once for the twin, whose own are put aside while
    the walk goes on. To be made before the walk's first migration.
    """

    def __init__(self, server: Server, tool: Tool, observer: Observer, name: str, start: int = 0) -> None:
        self._server = server
        self._tool = tool
        self._observer = observer
        self._name = name
        self._stage: Stage | None = None
        self._start = self._applied = start
        self._base = roles.survey(server)
        self._roles = self._none()
        """What is put aside of the twin's roles."""

    def at(self, position: int) -> Stage:
        """Return the twin just before the migration at ``position``; positions never go back."""
        if self._stage is None:
            self._stage = Stage.fresh(self._server, self._tool, self._observer, self._name)
        walks = roles.put_aside(self._server, self._base)
        roles.bring_back(self._server, self._base, self._roles)
        try:
            for version in self._tool.history.versions[self._applied : position]:
                self._apply(self._stage, version)
        finally:
            self._roles = roles.put_aside(self._server, self._base)
            roles.bring_back(self._server, self._base, walks)
        self._applied = position
        return self._stage

    def give(self, position: int, name: str) -> Stage:
        """Return a stage as ``at`` does, for the walk, whose own database, of that name, has been dropped."""
        stage = self.at(position)
        if not self._roles.names:
            return stage.copy(name)
        # Roles are not copied with a database: the walk takes the twin and its roles over, and drops its own.
        roles.drop_later(self._server, self._base, but=self._roles)
        roles.bring_back(self._server, self._base, self._roles)
        self._stage, self._applied, self._roles, self._name = None, self._start, self._none(), name
        return stage

    def _none(self) -> Roles:
        return Roles(settings=self._base.settings)

    def drop(self) -> None:
        """Drop it, if it was ever made."""
        if self._stage is not None:
            self._stage.drop()

    def _apply(self, stage: Stage, version: str) -> None:
        try:
            self._tool.up(stage.url, version)
        except MigrationFailed as failed:
            raise HistoryFault(
                f"{version} applies to a first empty database of a server, and not to a further one: "
                f"{failed.failure.message} ({failed.failure.sqlstate}, {failed.failure.file}).",
                "It makes or changes what belongs to the whole server: let it look first whether that is there.",
            ) from failed

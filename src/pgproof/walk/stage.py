"""The databases of one walk: the one that it stands on, and the clones that probes use up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

from pgproof.server import TOOL_ROLE, Server, database, roles
from pgproof.server.reused import Reused
from pgproof.tool import Recorded, SavepointTool, Tool
from pgproof.walk.state import Observer, State


class Stage:
    """A database that migrations are applied to, with one connection to read it and one to migrate it.

    PostgreSQL cannot clone a database in which anybody has a session, so they are closed before a clone.
    """

    def __init__(self, server: Server, tool: Tool, observer: Observer, name: str) -> None:
        self.server = server
        self.tool = tool
        self.observer = observer
        self.name = name
        self._reader: psycopg.Connection | None = None
        self._migrator: Reused | None = None
        self._numbers = count(1)

    @classmethod
    def fresh(cls, server: Server, tool: Tool, observer: Observer, name: str) -> Stage:
        """Return a new, empty database on which the tool has made its history table."""
        database.create(server, name)
        stage = cls(server, tool, observer, name)
        tool.prepare(stage.url)
        return stage

    @property
    def url(self) -> str:
        """The URL for the role that migrates."""
        return self.server.url(self.name, role=TOOL_ROLE)

    @property
    def reader(self) -> psycopg.Connection:
        """The superuser's connection (autocommit)."""
        if self._reader is None or self._reader.closed:
            self._reader = database.connect(self.server.url(self.name))
        return self._reader

    @property
    def is_warm(self) -> bool:
        """Whether the next migration meets a session that has run others."""
        return self._migrator is not None

    @contextmanager
    def migrating(self) -> Iterator[psycopg.Connection]:
        """Give a session of the role that migrates, as good as new; one that has failed is not used again."""
        migrator, self._migrator = self._migrator, None
        if migrator is not None and not migrator.refresh():
            migrator.session.close()
            migrator = None
        migrator = migrator or Reused(self.url)
        try:
            yield migrator.session
        except BaseException:
            migrator.session.close()
            raise
        self._migrator = migrator

    def look(self, since: State | None = None) -> State:
        """Return the whole state; with ``since`` the catalog is read faster."""
        return self.observer.whole(self.reader, since)

    def recorded(self) -> tuple[Recorded, ...]:
        """Return the rows of the tool's history table, in order."""
        if isinstance(self.tool, SavepointTool):
            return self.tool.recorded_on(self.reader)
        return self.tool.recorded(self.url)

    def release(self) -> None:
        """Close the connections."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self.cool()

    def cool(self) -> None:
        """Let the next migration meet a new session."""
        if self._migrator is not None:
            self._migrator.session.close()
            self._migrator = None

    def drop(self) -> None:
        """Drop the database."""
        self.release()
        database.drop(self.server, self.name)

    def copy(self, name: str) -> Stage:
        """Return a clone as a stage of its own."""
        self.release()
        database.clone(self.server, self.name, name)
        return Stage(self.server, self.tool, self.observer, name)

    @contextmanager
    def clone(self, what: str) -> Iterator[Stage]:
        """Give a clone for one probe, dropped afterwards."""
        copy = self.copy(f"{self.name}_{what}{next(self._numbers)}")
        with roles.untouched(self.server, self.name):
            try:
                yield copy
            finally:
                copy.drop()

"""How a probe tries something and undoes it: behind a savepoint, or on a clone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import psycopg

from pgproof.tool import Ran, SavepointTool
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer, State


class Means(Protocol):
    """A copy of the state after a step, on which a probe may do what it likes."""

    @property
    def how(self) -> str:
        """``savepoint`` or ``clone``."""
        ...

    def forget(self, version: str) -> None:
        """Delete the history row."""
        ...

    def up(self, version: str) -> Sequence[Ran]:
        """Apply and record."""
        ...

    def down(self, version: str) -> Sequence[Ran]:
        """Undo, and take the record away."""
        ...

    def observe(self, since: State) -> State:
        """Return the state now."""
        ...


class Savepoint:
    """Works in the migration's own open transaction."""

    how = "savepoint"

    def __init__(self, connection: psycopg.Connection, tool: SavepointTool, observer: Observer) -> None:
        self._connection = connection
        self._tool = tool
        self._observer = observer

    @contextmanager
    def undone(self) -> Iterator[Savepoint]:
        """Undo all that is done inside."""
        self._connection.execute("SAVEPOINT pgproof_probe")
        try:
            yield self
        finally:
            self._connection.execute("ROLLBACK TO SAVEPOINT pgproof_probe")
            self._connection.execute("RELEASE SAVEPOINT pgproof_probe")

    def forget(self, version: str) -> None:
        """Delete the history row."""
        self._tool.unrecord(self._connection, version)

    def up(self, version: str) -> Sequence[Ran]:
        """Apply and record."""
        ran = self._tool.run(self._connection, version)
        self._tool.record(self._connection, version)
        return ran

    def down(self, version: str) -> Sequence[Ran]:
        """Undo, and take the record away."""
        ran = self._tool.run(self._connection, version, down=True)
        self._tool.unrecord(self._connection, version)
        return ran

    def observe(self, since: State) -> State:
        """Return the state now."""
        return self._observer.within(self._connection, since)


class Clone:
    """Works on a database of its own, through the tool's own commands."""

    how = "clone"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def forget(self, version: str) -> None:
        """Delete the history row."""
        self._stage.tool.forget(self._stage.url, version)

    def up(self, version: str) -> Sequence[Ran]:
        """Apply and record."""
        return self._stage.tool.up(self._stage.url, version)

    def down(self, version: str) -> Sequence[Ran]:
        """Undo, and take the record away."""
        return self._stage.tool.down(self._stage.url, version)

    def observe(self, since: State) -> State:
        """Return the state now."""
        return self._stage.look(since)

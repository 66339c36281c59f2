"""A server as production's is: fresh databases hold the base, and a role of its own migrates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg

from pgproof.server import TOOL_ROLE, Server, Standing
from pgproof.server.address import with_settings


class Prepared:
    """Another server, but for its fresh databases and for who migrates."""

    def __init__(self, server: Server, *, template: str | None, role: str | None, settings: Mapping[str, str]) -> None:
        self._server = server
        self._role = role
        self._settings = settings
        self.standing: Standing = replace(server.standing, template=template)

    @property
    def started(self) -> Server:
        """The server itself."""
        return self._server

    @property
    def label(self) -> str:
        """The server's own, and who migrates."""
        return self._server.label + (f", role {self._role}" if self._role else "")

    @property
    def version(self) -> int:
        """``server_version_num``."""
        return self._server.version

    def url(self, database: str, *, role: str | None = None) -> str:
        """Return the libpq URL of a database; ``TOOL_ROLE`` stands for the role that migrates, with its settings."""
        if role != TOOL_ROLE:
            return self._server.url(database, role=role)
        url = self._server.url(database, role=self._role or TOOL_ROLE)
        return with_settings(url, self._settings) if self._settings else url

    def maintenance(self) -> psycopg.Connection[Any]:
        """Return the server's own."""
        return self._server.maintenance()

    @property
    def is_restored(self) -> bool:
        """Whether the server started with what was kept."""
        return self._server.is_restored

    def keep_holding(self) -> None:
        """Keep what the server holds."""
        self._server.keep_holding()

    def logged(self, since: int) -> tuple[str, int]:
        """Return the server's own."""
        return self._server.logged(since)

    def why_lost(self) -> str | None:
        """Return why the server no longer answers."""
        return self._server.why_lost()

    def close(self) -> None:
        """Close the server."""
        self._server.close()

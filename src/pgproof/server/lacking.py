"""Rights that pgproof itself lacks on a server of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pgproof.errors import ServerFault
from pgproof.masking import masked
from pgproof.server import Server


@contextmanager
def explained(server: Server) -> Iterator[None]:
    """Say what to do where pgproof's own statements are refused (42501): on its own server that would be a bug."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as exc:
        if not server.standing.is_shared:
            raise
        said = masked(exc.diag.message_primary or str(exc))
        raise ServerFault(
            f"On {server.label} the user lacks a right that pgproof needs to read or fill the tables: {said}.",
            "Name a superuser in the URL, or leave --pgproof-server out: pgproof then starts a server of its own.",
        ) from exc

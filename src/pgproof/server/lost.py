"""Telling a lost server from a failing statement."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

import psycopg

from pgproof.errors import LostServer
from pgproof.masking import masked
from pgproof.server import Server
from pgproof.server.cluster import says_full

_ENDING_CLASSES = ("08", "57P", "58")
_DISK_FULL = "53100"
_TERMINATED = "57P01"
_FULL_HERE = (errno.ENOSPC, errno.EDQUOT)
_SERVERS: WeakValueDictionary[str, Server] = WeakValueDictionary()


class Session(psycopg.Connection[Any]):
    """A connection whose statements raise LostServer where the server went away or its disk is full."""

    host: str = ""
    observer: str = ""
    """The role that pgproof reads with in a transaction of a role that may not read everything."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - psycopg's own signature is generic
        """Wait for an answer, as psycopg does."""
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as exc:
            if is_lost(exc):
                raise lost(exc, serving(self.host)) from exc
            raise


def watch(host: str, server: Server) -> None:
    """Let sessions to a host (a socket directory) say why their server was lost."""
    _SERVERS[host] = server


def serving(host: str) -> Server | None:
    """Return the server of this process behind a host, if there is one."""
    return _SERVERS.get(host)


def is_lost(exc: BaseException) -> bool:
    """Whether an exception says that the server or the connection is gone, or a disk full; never a finding.

    A migration may raise the same SQLSTATEs itself (RAISE … ERRCODE, dblink): those leave the session alive.
    """
    if isinstance(exc, LostServer):
        return True
    if isinstance(exc, OSError):
        return exc.errno in _FULL_HERE
    if not isinstance(exc, psycopg.OperationalError) or isinstance(exc, psycopg.errors.PipelineAborted):
        return False
    if exc.sqlstate is None:
        return True
    if exc.sqlstate == _DISK_FULL:
        return exc.diag.source_file != "pl_exec.c"
    return exc.sqlstate.startswith(_ENDING_CLASSES) and exc.diag.severity_nonlocalized in {"FATAL", "PANIC"}


def lost(exc: BaseException, server: Server | None = None) -> LostServer:
    """Return the fault for an exception of which ``is_lost`` holds, with the server's own words where it is known."""
    if isinstance(exc, LostServer):
        return exc
    said = masked(str(exc)).strip().rstrip(".")
    if isinstance(exc, OSError):
        return LostServer(f"The disk of {exc.filename or 'pgproof itself'} is full: {said}.", _ROOM)
    why = server.why_lost() if server else None
    if getattr(exc, "sqlstate", None) == _DISK_FULL or says_full(why or ""):
        return LostServer(f"PostgreSQL's disk is full: {said}." + (f"\n{why}" if why else ""), _ROOM)
    first = f"The connection to PostgreSQL was lost: {said}."
    if server and why is None and getattr(exc, "sqlstate", None) == _TERMINATED:
        return LostServer(f"{first} The server itself is alive.", _SPARE)
    return LostServer(first + (f"\n{why}" if why else ""), _AGAIN)


@contextlib.contextmanager
def translate_lost(server: Server | None = None) -> Iterator[None]:
    """Raise LostServer for whatever inside says that the server is gone or a disk full."""
    try:
        yield
    except (psycopg.Error, OSError) as exc:
        if is_lost(exc):
            raise lost(exc, server) from exc
        raise


_ROOM = "Free some room there and run it again, or name a directory with more room: --pgproof-scratch=DIR."
_AGAIN = "This says nothing about the migrations. Run it again; if it comes back, look for what ended the server."
_SPARE = (
    "Most likely a migration ends the sessions of others by pg_terminate_backend, and pgproof's among them: let it "
    "spare those (AND application_name NOT LIKE 'pgproof%'). If none does, run it again."
)

"""A PostgreSQL in a container, as the protocol of servers has it."""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import secrets
import tarfile
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from pgproof import signals
from pgproof.masking import masked
from pgproof.server import Standing, lost
from pgproof.server.cluster import SUPERUSER
from pgproof.server.container.engine import faults
from pgproof.server.container.life import LifeSign
from pgproof.server.container.login import verifier
from pgproof.server.embedded import DYING_SECONDS
from pgproof.server.session import connect

if TYPE_CHECKING:
    from testcontainers.community.postgres import PostgresContainer

LOG_FOLDER, LOG_FILE = "/tmp/pgproof", "server.log"  # noqa: S108 - inside the container, which is ours alone
"""On the container's own disk: what is on its tmpfs is gone when it stops."""
LOG = f"{LOG_FOLDER}/{LOG_FILE}"
_LAST_LINES = 12
_LOGGED_SECONDS = 5.0
_WORD = """
DO $do$ BEGIN
  PERFORM set_config('log_min_messages', 'warning', true), set_config('log_min_error_statement', 'panic', true),
          set_config('log_error_verbosity', 'terse', true);
  RAISE LOG {word};
END $do$
"""
_READ = "SELECT pg_catalog.pg_read_binary_file(%s, %s, 1 << 29, true)"
_END = "SELECT size FROM pg_catalog.pg_stat_file(%s, true)"


class ContainerServer:
    """A server that lives as long as this object and this process, whichever ends first."""

    def __init__(self, container: PostgresContainer, sign: LifeSign) -> None:
        self.container = container
        self.sign = sign
        self.standing = Standing()
        self.host, self.port = "", 0
        self.release, self.version = "", 0
        self._owner = os.getpid()
        self._maintenance: lost.Session | None = None
        self._verifier = verifier(container.password)
        self._is_closed = False
        self._last_words: str | None = None

    @property
    def label(self) -> str:
        """Version, and the image that it comes from."""
        return f"PostgreSQL {self.release} (container, {self.container.image})"

    @property
    def is_restored(self) -> bool:
        """Never: nothing is kept of a container."""
        return False

    def keep_holding(self) -> None:
        """Keep nothing: its files go with the container."""

    def url(self, database: str, *, role: str | None = None) -> str:
        """Return the libpq URL of a database, with the password of this run; the role can log in by it."""
        user = role or SUPERUSER
        if self._maintenance is not None and not self._maintenance.closed:
            self.let_in(user)
        return self._url(user, database)

    def maintenance(self) -> lost.Session:
        """Return this object's one session on database ``postgres``."""
        if self._maintenance is None or self._maintenance.closed:
            self._maintenance = connect(self.url("postgres"))
        return self._maintenance

    def let_in(self, role: str) -> None:
        """Give a role the run's password where it has another or none: on a socket of ours it would need none."""
        session = self.maintenance()
        ask = "SELECT rolpassword IS NOT DISTINCT FROM %s FROM pg_catalog.pg_authid WHERE rolname = %s"
        known = session.execute(ask, [self._verifier, role]).fetchone()
        if known == (False,):
            # a migration that is at work on the role itself is not waited for
            with contextlib.suppress(psycopg.errors.LockNotAvailable), session.transaction():
                session.execute("SET LOCAL lock_timeout = '1s'")
                change = sql.SQL("ALTER ROLE {} PASSWORD {}")
                session.execute(change.format(sql.Identifier(role), sql.Literal(self._verifier)))

    def logged(self, since: int) -> tuple[str, int]:
        """Return what was logged from a position on (-1: the end), and where it ends.

        The collector writes behind the sessions' backs: a word of our own shows when it has come to the end.
        """
        session, word = self.maintenance(), f"pgproof {secrets.token_hex(8)}"
        end = (session.execute(_END, [LOG]).fetchone() or (0,))[0] or 0
        begin = end if since < 0 else since
        session.execute(sql.SQL(_WORD).format(word=sql.Literal(word)))
        deadline = time.monotonic() + _LOGGED_SECONDS
        while True:
            text: bytes = session.execute(_READ, [LOG, begin]).fetchone()[0] or b""  # type: ignore[index]  # one row
            before, found, _ = text.partition(f"{word}\n".encode())
            if found or time.monotonic() > deadline:
                break
            time.sleep(0.001)
        whole = before[: before.rfind(b"\n") + 1] if found else before
        return ("" if since < 0 else whole.decode(errors="replace")), begin + len(before) + len(found)

    def why_lost(self) -> str | None:
        """Return how the container ended, and the end of its log; None while the server lives."""
        if self._is_closed:
            return self._last_words
        if self._is_alive():
            return None
        try:
            ended = _told(self._state())
        except faults() as exc:
            return f"{self.label} does not answer, and neither does the engine of containers: {masked(str(exc))}"
        return f"{self.label} {ended}. The end of its log:\n{self.log_end() or '(its log is gone)'}"

    def log_end(self) -> str:
        """Return the last lines of the server's log, else of what the container said; without passwords."""
        wrapped = self.container.get_wrapped_container()
        text = b""
        with contextlib.suppress(*faults(), KeyError):
            stream, _ = wrapped.get_archive(LOG)
            with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
                member = archive.extractfile(LOG_FILE)
                text = member.read() if member else b""
        if not text:
            with contextlib.suppress(*faults()):
                text = wrapped.logs(tail=_LAST_LINES)
        return "\n".join(self._hidden(text.decode(errors="replace")).splitlines()[-_LAST_LINES:])

    def is_running(self) -> bool:
        """Whether the engine says that the container runs."""
        return bool(self._state().get("Running"))

    def close(self) -> None:
        """Remove the container and its volumes; harmless when called twice, and in a forked child."""
        if self._is_closed or os.getpid() != self._owner:
            return
        self._last_words = f"{self.label} was stopped by pgproof itself."
        self._is_closed = True
        atexit.unregister(self.close)
        if self._maintenance is not None:
            self._maintenance.close()
        with signals.held_back():
            self.sign.end(is_gone=removed(self.container))

    def _url(self, user: str, database: str) -> str:
        who, name = quote(user, safe=""), quote(database, safe="")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{who}:{self.container.password}@{host}:{self.port}/{name}"

    def _hidden(self, text: str) -> str:
        return masked(text).replace(self.container.password, "***")

    def _state(self) -> dict[str, Any]:
        """Return what the engine says of the container."""
        wrapped = self.container.get_wrapped_container()
        wrapped.reload()
        state: dict[str, Any] = wrapped.attrs["State"]
        return state

    def _is_alive(self) -> bool:
        """Whether it lets a session in; a server that is just dying is waited for."""
        deadline = time.monotonic() + DYING_SECONDS
        url = self._url(SUPERUSER, "postgres")
        while time.monotonic() < deadline:
            try:
                psycopg.connect(url, connect_timeout=2).close()
            except psycopg.OperationalError:
                with contextlib.suppress(*faults()):
                    if not self.is_running():
                        return False
                time.sleep(0.05)
            else:
                return True
        return False


def removed(container: PostgresContainer) -> bool:
    """Remove a container, its volumes, and the connection to the engine; return whether it is gone."""
    from docker.errors import NotFound  # noqa: PLC0415 - loaded where there are containers

    try:
        container.stop()
    except NotFound:
        return True
    except faults():
        return False
    return True


def _told(state: dict[str, Any]) -> str:
    if state.get("Running"):
        return "does not answer"
    memory = ", out of memory" if state.get("OOMKilled") else ""
    return f"ended with {state.get('ExitCode')}{memory}"

"""A PostgreSQL of pgproof's own: started for one run, gone with it."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from pgproof import signals
from pgproof.errors import ServerFault, UsageFault
from pgproof.server import TOOL_ROLE, Standing, home, lost
from pgproof.server import cluster as clusters
from pgproof.server.binaries import Binaries, Skipped, bring
from pgproof.server.cluster import SUPERUSER, Cluster
from pgproof.server.home import Home
from pgproof.server.privileges import Account, unprivileged
from pgproof.server.session import connect
from pgproof.server.sweep import sweep

DYING_SECONDS = 2.0


class EmbeddedServer:
    """A server that lives as long as this object and this process, whichever ends first."""

    def __init__(self, binaries: Binaries, living: Home, guard: subprocess.Popen[bytes]) -> None:
        self.binaries = binaries
        self.home = living
        self.standing = Standing()
        self.guard = guard
        self.cluster: Cluster | None = None
        self._maintenance: lost.Session | None = None
        self.owner = os.getpid()
        self._is_closed = False
        self._last_words: str | None = None

    @property
    def label(self) -> str:
        """Version, where its programs come from, and where its data is."""
        place = "tmpfs" if self.home.root.parent == home.TMPFS else str(self.home.root.parent)
        return f"PostgreSQL {self.binaries.release} (embedded, {self.binaries.source}, {place})"

    @property
    def version(self) -> int:
        """``server_version_num``."""
        return self.binaries.version

    def url(self, database: str, *, role: str | None = None) -> str:
        """Return the libpq URL of a database over the socket; there is no password."""
        user, name, host = (quote(t, safe="") for t in (role or SUPERUSER, database, str(self.home.sockets)))
        return f"postgresql://{user}@/{name}?host={host}&port={clusters.SETTINGS['port']}"

    def maintenance(self) -> lost.Session:
        """Return this object's one session on database ``postgres``."""
        if self._maintenance is None or self._maintenance.closed:
            self._maintenance = connect(self.url("postgres"))
        return self._maintenance

    def why_lost(self) -> str | None:
        """Return the end of the log of a dead server, or that its disk is full; None while it lives and has room."""
        if self.cluster is None or self._is_closed:
            return self._last_words
        full = self.cluster.full_disk()
        if self._is_alive():
            return f"It still answers, but {full}" if full else None
        code = self.cluster.process.poll()
        ended = "does not answer" if code is None else f"ended with {code}"
        log = self.cluster.log_end() or "(its log is gone)"
        return f"{self.binaries} {ended}{f'; {full}' if full else '.'} The end of its log:\n{log}"

    def close(self) -> None:
        """Stop the server and remove its home; harmless when called twice, and in a forked child."""
        if self._is_closed or os.getpid() != self.owner:
            return
        self._last_words = self.why_lost() or f"{self.binaries} was stopped by pgproof itself."
        self._is_closed = True
        atexit.unregister(self.close)
        if self._maintenance is not None:
            self._maintenance.close()
        if self.guard.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.guard.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.guard.wait(timeout=20)
        self.home.clear()
        if self.cluster is not None:
            self.cluster.stop()

    def serve(self, account: Account, timezone: str) -> None:
        """Make the cluster, start it, and create the role that migrates."""
        if not self.binaries.is_enterable:
            places = (self.home.programs, self.home.root / "programs")
            brought = bring(self.binaries, to=places, account=account)
            if isinstance(brought, Skipped):
                raise ServerFault(
                    f"{self.binaries} cannot be run as user {account.name!r}: {brought.reason}",
                    "Run pgproof as an ordinary user, or name another PostgreSQL with --pgproof-pg-bin=DIR.",
                )
            self.binaries = brought
        clusters.initialise(self.binaries, self.home, account)
        self.cluster = clusters.start(self.binaries, self.home, account, self.url("postgres"))
        lost.watch(str(self.home.sockets), self)
        _create_tool_role(self.maintenance(), timezone)

    def _is_alive(self) -> bool:
        """Whether it lets a session in; a server that is just dying is waited for."""
        deadline = time.monotonic() + DYING_SECONDS
        while self.cluster is not None and self.cluster.is_running():
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.02)
            else:
                return True
        return False


def start(binaries: Binaries, *, scratch: Path | None, timezone: str) -> EmbeddedServer:
    """Start a server of these programs; what dead runs left behind is swept away first."""
    account = unprivileged()
    sweep(scratch)
    with signals.held_back():  # until there is a guard, nobody else takes away what was begun
        living = home.make(scratch, account)
        try:
            server = EmbeddedServer(binaries, living, living.guard())
        except BaseException:
            living.clear()
            raise
        atexit.register(server.close)
    try:
        server.serve(account, timezone)
    except BaseException:
        server.close()
        raise
    return server


def _create_tool_role(session: lost.Session, timezone: str) -> None:
    """Create the role that migrates, with the settings that make its plans and its clock the same everywhere."""
    role = sql.Identifier(TOOL_ROLE)
    session.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(role))
    settings = {
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "max_parallel_maintenance_workers": "0",
        "TimeZone": timezone,
    }
    for name, value in settings.items():
        try:
            session.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(name), sql.Literal(value)))
        except psycopg.errors.InvalidParameterValue as exc:
            raise UsageFault(
                f"PostgreSQL knows no time zone {value!r}.",
                "Give a name of the IANA database as `timezone`, e.g. Asia/Tokyo.",
            ) from exc

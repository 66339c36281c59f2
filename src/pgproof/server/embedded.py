"""A PostgreSQL of pgproof's own: started for one run, gone with it."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
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
from pgproof.server.kept import Kept
from pgproof.server.privileges import Account, own, unprivileged
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
        self.came_from: Kept | None = None
        """What was kept of an earlier run, where this server started on that."""
        self._holding: Kept | None = None
        self._account = own()
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

    @property
    def is_restored(self) -> bool:
        """Whether it started with the databases that an earlier run has kept for the same ``holding``."""
        return self._holding is not None and self.came_from == self._holding

    def maintenance(self) -> lost.Session:
        """Return this object's one session on database ``postgres``."""
        if self._maintenance is None or self._maintenance.closed:
            self._maintenance = connect(self.url("postgres"))
        return self._maintenance

    def logged(self, since: int) -> tuple[str, int]:
        """Return what was logged from a position on (-1: the end), and where it ends; without passwords."""
        return self.cluster.logged(since) if self.cluster else ("", 0)

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

    def serve(self, account: Account, timezone: str, from_kept: Kept | None = None) -> None:
        """Make the cluster, or take the one that is kept; start it, and create the role that migrates."""
        self._account, self._holding = account, from_kept
        fresh = clusters.fresh(self.binaries)
        if not self.binaries.is_enterable:
            self.binaries = self._brought()
        self.came_from = next((one for one in (from_kept, fresh) if one is not None and self._take(one)), None)
        if self.cluster is None:
            clusters.initialise(self.binaries, self.home, account)
            fresh.pack(self.home.data, account)
            self.cluster = self._start()
        lost.watch(str(self.home.sockets), self)
        create_tool_role(self.maintenance(), timezone)

    def keep_holding(self) -> None:
        """Keep its data directory as what it was asked to hold, where it was asked and does not come from there.

        One with settings of ALTER SYSTEM is not kept: a restart would bring into force those that wait for one.
        """
        if self._holding is not None and not self.is_restored and not clusters.is_altered(self.home):
            self.keep_as(self._holding)

    def keep_as(self, keep: Kept) -> bool:
        """Stop the server, keep its data directory, and start it again; return whether it is kept.

        Every session ends, and settings of ALTER SYSTEM that waited for a restart come into force. A cluster that
        reaches out of its data directory is not kept. Raises ServerFault where the server does not start again.
        """
        if self.cluster is None or self._is_closed:
            raise RuntimeError("a server that does not run cannot be kept")
        if any((self.home.data / "pg_tblspc").iterdir()) or not keep.may_pack():
            return False
        if self._maintenance is not None:
            self._maintenance.close()
        self.cluster.shut_down(self.binaries)
        is_kept = keep.pack(self.home.data, self._account)
        self.cluster = self._start()
        return is_kept

    def _brought(self) -> Binaries:
        places = (self.home.programs, self.home.root / "programs")
        brought = bring(self.binaries, to=places, account=self._account)
        if isinstance(brought, Skipped):
            raise ServerFault(
                f"{self.binaries} cannot be run as user {self._account.name!r}: {brought.reason}",
                "Run pgproof as an ordinary user, or name another PostgreSQL with --pgproof-pg-bin=DIR.",
            )
        return brought

    def _take(self, one: Kept) -> bool:
        """Start on a data directory that was kept, and return whether it serves; it is of no use for ever otherwise."""
        if not one.unpack(self.home.data, self._account):
            return False
        try:
            self.cluster = self._start()
        except ServerFault:
            one.discard()
            shutil.rmtree(self.home.data, ignore_errors=True)
            self.home.log.unlink(missing_ok=True)
            return False
        return True

    def _start(self) -> Cluster:
        return clusters.start(self.binaries, self.home, self._account, self.url("postgres"))

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


def start(binaries: Binaries, *, scratch: Path | None, timezone: str, from_kept: Kept | None = None) -> EmbeddedServer:
    """Start a server of these programs, on the data directory that is kept where there is one.

    What dead runs left behind is swept away first.
    """
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
        server.serve(account, timezone, from_kept)
    except BaseException:
        server.close()
        raise
    return server


def create_tool_role(session: lost.Session, timezone: str) -> None:
    """Create the role that migrates, with the settings that make its plans and its clock the same everywhere."""
    role = sql.Identifier(TOOL_ROLE)
    is_new = session.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = %s", [TOOL_ROLE]).fetchone() is None
    session.execute(sql.SQL("{} ROLE {} LOGIN SUPERUSER").format(sql.SQL("CREATE" if is_new else "ALTER"), role))
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

"""A PostgreSQL that somebody else runs: pgproof makes databases of its own there, and touches nothing else."""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets

import psycopg

from pgproof.errors import LostServer, PgproofError, UsageFault
from pgproof.server import TOOL_ROLE, Standing, claim, lost
from pgproof.server.address import Address, parse
from pgproof.server.entering import Facts, demand, enter, look
from pgproof.server.session import connect

_ENDLESS = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
OWN = _ENDLESS | {"TimeZone": "UTC", "jit": "off"}
"""Settings of the sessions that are not the tool's, as a server of pgproof's own has them."""
TOOL = {
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}
_ALIVE = _ENDLESS | {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""The maintenance session is the life sign of the run: it outlasts silence, and ends soon after its client has."""


def is_address(server: str) -> bool:
    """Whether the setting names a server by URL or connection string."""
    return "://" in server or "=" in server


class NamedServer:
    """A server that was there before and stays; its databases called ``pgproof_<run>_…`` are gone with this object."""

    def __init__(self, session: lost.Session, address: Address, facts: Facts, standing: Standing, zone: str) -> None:
        self._session = session
        self._address = address
        self._facts = facts
        self.standing = standing
        self._zone = zone
        self._owner = os.getpid()
        self._is_closed = False

    @property
    def label(self) -> str:
        """Version, and where it is."""
        return f"PostgreSQL {self._facts.release.split()[0]} (named, {self._address})"

    @property
    def version(self) -> int:
        """``server_version_num``."""
        return self._facts.version

    @property
    def user(self) -> str:
        """Whom the URL names."""
        return self._facts.username

    def url(self, database: str, *, role: str | None = None) -> str:
        """Return the libpq URL of a database, with the password of the URL that was given.

        ``TOOL_ROLE`` stands for the same user with the settings of the tool: no role is made on a server of others.
        """
        if role is None:
            return self._address.url(database, OWN)
        settings = TOOL | {"TimeZone": self._zone}
        if role not in {TOOL_ROLE, self.user}:
            settings |= {"role": role}
        return self._address.url(database, settings, application_name=TOOL_ROLE)

    def maintenance(self) -> lost.Session:
        """Return the session that was opened first; it is never replaced, for it is the life sign of the run."""
        if self._session.closed:
            raise LostServer(
                f"The maintenance session on {self._address} has ended.",
                "This says nothing about the migrations. Run it again; if it comes back, look for what ends it.",
            )
        return self._session

    @property
    def is_restored(self) -> bool:
        """Never: nothing is kept of a server of others."""
        return False

    def keep_holding(self) -> None:
        """Keep nothing: its files are not pgproof's."""

    def logged(self, since: int) -> tuple[str, int]:  # noqa: ARG002 - the protocol's
        """Return nothing: its log is not pgproof's to read."""
        return "", 0

    def why_lost(self) -> str | None:
        """Return that the server no longer answers, or None while it does."""
        try:
            psycopg.connect(self._address.url(self._address.database, {}), connect_timeout=2).close()
        except psycopg.OperationalError:
            return f"The server {self._address} does not let anybody in any more."
        return None

    def close(self) -> None:
        """Drop this run's databases and leave; harmless when called twice, and in a forked child.

        What cannot be dropped now (the server is gone) is left to the next run's sweep.
        """
        if self._is_closed or os.getpid() != self._owner:
            return
        self._is_closed = True
        atexit.unregister(self.close)
        with contextlib.suppress(psycopg.Error, PgproofError):
            if self._session.closed:
                self._session = connect(self._address.url(self._address.database, OWN))
            claim.drop_own(self._session, self.standing.run)
        self._session.close()


def start(
    url: str,
    *,
    pg_version: int | None,
    extensions: frozenset[str],
    timezone: str,
    roles: frozenset[str] = frozenset(),
    allow_server_wide: bool = False,
) -> NamedServer:
    """Enter the server, sweep away what dead runs left behind there, and give the life sign of a new run.

    ``roles`` are those that the history may make, where ``allow_server_wide`` lets it.
    """
    address = parse(url)
    session = enter(address)
    try:
        facts = look(session, address)
        demand(facts, address, pg_version=pg_version, extensions=extensions)
        _set_up(session, timezone)
        if allow_server_wide:
            claim.be_alone(session)
        standing = _standing(session, facts, roles if allow_server_wide else None)
        claim.sweep(session)
    except BaseException:
        session.close()
        raise
    settled = _settled(address, session)
    server = NamedServer(session, settled, facts, standing, timezone)
    atexit.register(server.close)
    session.host = settled.host
    lost.watch(settled.host, server)
    return server


def _standing(session: lost.Session, facts: Facts, roles: frozenset[str] | None) -> Standing:
    """Return how a new run stands there; ``roles`` may be made, None: nothing that is the whole server's may change."""
    return Standing(
        run=_new_run(session),
        is_shared=True,
        has_utf8=facts.has_utf8,
        copies_files=not facts.is_durable,
        allows_server_wide=roles is not None,
        makes_roles=roles or frozenset(),
        known_roles=frozenset(name for (name,) in session.execute("SELECT rolname FROM pg_roles")),
        notes=facts.notes,
    )


def _set_up(session: lost.Session, timezone: str) -> None:
    for name, value in _ALIVE.items():
        session.execute("SELECT set_config(%s, %s, false)", [name, value])
    try:
        session.execute("SELECT set_config('TimeZone', %s, true)", [timezone])
    except psycopg.errors.InvalidParameterValue as exc:
        raise UsageFault(
            f"PostgreSQL knows no time zone {timezone!r}.",
            "Give a name of the IANA database as `timezone`, e.g. Asia/Tokyo.",
        ) from exc


def _new_run(session: lost.Session) -> str:
    while True:
        run = secrets.token_hex(4)
        if claim.live(session, run):
            return run


def _settled(address: Address, session: lost.Session) -> Address:
    """Return the address with what libpq made of its defaults, so that other tools get there too."""
    info = session.info
    return Address(
        host=address.host or info.host,
        port=address.port or str(info.port),
        user=address.user or info.user,
        database=address.database,
        password=address.password,
        options=address.options,
        more=address.more,
    )

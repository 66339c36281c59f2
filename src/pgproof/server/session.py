"""Connections of pgproof's own."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import LostServer, ServerFault
from pgproof.masking import masked
from pgproof.server import TOOL_ROLE
from pgproof.server.lost import Session, lost, serving

APPLICATION = "pgproof"
_EVENT_TRIGGERS_SINCE = 170000
_MAY_OBSERVE = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s AND pg_catalog.pg_has_role(oid, 'MEMBER')"
_ON_ITS_WAY = ("starting up", "shutting down", "recovery mode", "terminating connection")


def connect(url: str, *, autocommit: bool = True) -> Session:
    """Return a session that raises LostServer by itself (``lost.Session``).

    UTF-8 whatever the database's encoding, no prepared statements (tables change under them), nothing from PGOPTIONS.
    From 17 on, event triggers of a migration fire for the role that migrates and not for pgproof's other sessions.
    """
    given = {"application_name": APPLICATION, "options": ""} | conninfo_to_dict(url)
    try:
        session = Session.connect(
            **(given | {"client_encoding": "utf8"}),  # type: ignore[arg-type]  # libpq's parameters by name
            autocommit=True,
            prepare_threshold=None,
        )
    except psycopg.OperationalError as exc:
        raise _refused(exc, given) from exc
    session.host = str(given.get("host", ""))
    info = session.info
    is_tools = TOOL_ROLE in {info.user, given["application_name"]}
    is_ours = not is_tools and info.parameter_status("is_superuser") == "on"
    if is_ours and info.server_version >= _EVENT_TRIGGERS_SINCE:
        session.execute("SET event_triggers = off")
    if info.parameter_status("is_superuser") != "on":
        session.observer = TOOL_ROLE if session.execute(_MAY_OBSERVE, [TOOL_ROLE]).fetchone() else "NONE"
    session.autocommit = autocommit
    return session


def _refused(exc: psycopg.OperationalError, given: Mapping[str, object]) -> LostServer | ServerFault:
    """Return the fault of a connection that was not made: no server, or one that says no."""
    said = masked(str(exc)).strip()
    if "FATAL" not in said or any(words in said for words in _ON_ITS_WAY):
        return lost(exc, serving(str(given.get("host", ""))))
    return ServerFault(
        f"PostgreSQL does not let {given.get('user')!r} into database {given.get('dbname')!r}: {said}",
        "Check the name of the database, the role, and its password.",
    )

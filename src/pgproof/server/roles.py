"""Roles are the server's, not a database's: what a history makes of them must not meet the next database.

A database on which a history is applied anew needs a server without the roles that it creates. They are dropped where
nothing depends on them any more, and put aside, under another name, where another database still does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import psycopg
from psycopg import sql

from pgproof.server import TOOL_ROLE, Server

ASIDE = "pgproof_aside_"
_FIRST_MADE = 16384
"""Objects with a smaller oid are PostgreSQL's own."""
_KEEP = files("pgproof.server").joinpath("keep_roles.sql").read_text(encoding="utf-8")
_RESTORE = files("pgproof.server").joinpath("restore_roles.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a server, and their settings for every database (``ALTER ROLE … SET``; role 0 is ``ALL``)."""

    names: Mapping[int, str] = field(default_factory=dict)
    settings: Mapping[int, list[str]] = field(default_factory=dict)


def survey(server: Server) -> Roles:
    """Return the roles as they are now."""
    session = server.maintenance()
    names = dict(session.execute("SELECT oid::bigint, rolname FROM pg_roles").fetchall())
    settings = session.execute("SELECT setrole::bigint, setconfig FROM pg_db_role_setting WHERE setdatabase = 0")
    return Roles(names, dict(settings.fetchall()))


def drop_later(server: Server, base: Roles, *, but: Roles | None = None) -> None:
    """Put the roles back to ``base``: drop those that came later, but for ``but`` and what a database depends on."""
    session = server.maintenance()
    kept = {*base.names, *(but.names if but else ())}
    for oid, name in survey(server).names.items():
        if oid not in kept:
            with contextlib.suppress(psycopg.errors.DependentObjectsStillExist):
                session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
    session.execute(sql.SQL("ALTER ROLE {} SUPERUSER LOGIN").format(sql.Identifier(TOOL_ROLE)))
    _set(server, base, base)


def put_aside(server: Server, base: Roles) -> Roles:
    """Rename the roles that came after ``base``, and take the settings back to it; return what ``bring_back`` needs.

    Those that are aside already stay what they are.
    """
    now = survey(server)
    later = {o: n for o, n in now.names.items() if o not in base.names and not n.startswith(ASIDE)}
    for oid, name in later.items():
        _rename(server, name, f"{ASIDE}{oid}")
    _set(server, base, base)
    return Roles(later, now.settings)


def bring_back(server: Server, base: Roles, aside: Roles) -> None:
    """Undo ``put_aside``."""
    for oid, name in aside.names.items():
        _rename(server, f"{ASIDE}{oid}", name)
    _set(server, base, aside)


@contextlib.contextmanager
def untouched(server: Server, name: str) -> Iterator[None]:
    """Give the roles back as they were, whatever a clone of database ``name`` makes of them inside.

    Inside, the database itself holds on to no role, so that its clone may drop what it would drop without it.
    """
    base = survey(server)
    if all(oid < _FIRST_MADE or role == TOOL_ROLE for oid, role in base.names.items()):
        yield
        drop_later(server, base)
        return
    session = server.maintenance()
    session.execute(sql.SQL(_KEEP).format(name=sql.Literal(name), tool=sql.Literal(TOOL_ROLE)))
    try:
        yield
    finally:
        drop_later(server, base)
        session.execute(_RESTORE)


def _rename(server: Server, name: str, to: str) -> None:
    server.maintenance().execute(
        sql.SQL("ALTER ROLE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))
    )


def _set(server: Server, base: Roles, wanted: Roles) -> None:
    """Let ``ALL`` and the roles of ``base`` have the settings of ``wanted`` again, copied as they are."""
    session = server.maintenance()
    shared = [0, *base.names]
    now = survey(server).settings
    if all(now.get(oid) == wanted.settings.get(oid) for oid in shared):
        return
    with session.transaction():
        session.execute("SET LOCAL allow_system_table_mods = on")
        session.execute("DELETE FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole = ANY(%s::oid[])", [shared])
        for oid, config in wanted.settings.items():
            if oid in shared:
                session.execute("INSERT INTO pg_db_role_setting VALUES (0, %s::oid, %s::text[])", [oid, config])

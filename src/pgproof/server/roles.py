"""Roles are the server's, not a database's: what a history makes of them must not meet the next database.

A database on which a history is applied anew needs a server without the roles that it creates. They are dropped where
nothing depends on them any more, and put aside, under another name, where another database still does.

On a shared server only roles that the history makes are touched, settings of roles never, and none is dropped at the
end (``Standing``).
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


_ATTRIBUTES = """
SELECT rolname, format('%%sSUPERUSER %%sINHERIT %%sCREATEROLE %%sCREATEDB %%sLOGIN CONNECTION LIMIT %%s',
       w[1], w[2], w[3], w[4], w[5], rolconnlimit)
  FROM pg_roles
 CROSS JOIN LATERAL (SELECT ARRAY(SELECT CASE WHEN has THEN '' ELSE 'NO' END FROM unnest(
       ARRAY[rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin]) WITH ORDINALITY u(has, n) ORDER BY n)) a(w)
 WHERE rolname = ANY(%s)
"""


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
        if oid not in kept and _owns(server, name):
            with contextlib.suppress(psycopg.errors.DependentObjectsStillExist):
                session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
    if not server.standing.is_shared:
        session.execute(sql.SQL("ALTER ROLE {} SUPERUSER LOGIN").format(sql.Identifier(TOOL_ROLE)))
    _set(server, base, base)


def leave(server: Server, base: Roles) -> None:
    """Put the roles back to ``base`` at the end of a walk; on a shared server they stay: see ``appeared``."""
    if not server.standing.is_shared:
        drop_later(server, base)
        return
    aside = {oid: name for oid, name in survey(server).names.items() if not name.startswith(ASIDE)}
    drop_later(server, base, but=Roles(aside))


def appeared(server: Server) -> tuple[str, ...]:
    """Return the roles of a shared server that were not there before the run, sorted; pgproof does not drop them."""
    standing = server.standing
    if not standing.allows_server_wide:
        return ()
    return tuple(sorted(name for name in survey(server).names.values() if name not in standing.known_roles))


def put_aside(server: Server, base: Roles) -> Roles:
    """Rename the roles that came after ``base``, and take the settings back to it; return what ``bring_back`` needs.

    Those that are aside already stay what they are.
    """
    now = survey(server)
    later = {o: n for o, n in now.names.items() if o not in base.names and _owns(server, n) and not n.startswith(ASIDE)}
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
    if server.standing.is_shared:
        with _made_again(server):
            yield
        return
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


@contextlib.contextmanager
def _made_again(server: Server) -> Iterator[None]:
    """Drop the run's roles that are made inside; make those again, with their attributes, that are dropped there."""
    if not server.standing.allows_server_wide:
        yield
        return
    session, base = server.maintenance(), survey(server)
    made = session.execute(_ATTRIBUTES, [sorted(server.standing.makes_roles)]).fetchall()
    yield
    drop_later(server, base)
    for name, attributes in made:
        if name not in survey(server).names.values():
            session.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), sql.SQL(attributes)))


def _owns(server: Server, name: str) -> bool:
    """Whether a role that appeared during the run is the run's own."""
    standing = server.standing
    if not standing.is_shared:
        return True
    return standing.allows_server_wide and (name in standing.makes_roles or name.startswith(ASIDE))


def _rename(server: Server, name: str, to: str) -> None:
    server.maintenance().execute(
        sql.SQL("ALTER ROLE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to))
    )


def _set(server: Server, base: Roles, wanted: Roles) -> None:
    """Let ``ALL`` and the roles of ``base`` have the settings of ``wanted`` again, copied as they are."""
    if server.standing.is_shared:
        return
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

"""The role that migrates as in production: no superuser, and owner of the database."""

from __future__ import annotations

from importlib.resources import files

from psycopg import sql

from pgproof.errors import ServerFault, UsageFault
from pgproof.server import TOOL_ROLE, Server
from pgproof.server.lost import Session

_REASSIGN = files("pgproof.server").joinpath("reassign.sql").read_text(encoding="utf-8")


def settle(server: Server, role: str, name: str) -> None:
    """Let a role migrate database ``name`` and its copies; raises UsageFault, ServerFault where it cannot."""
    session = server.maintenance()
    row = session.execute(
        "SELECT rolsuper, pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    if row is None:
        raise UsageFault(f"There is no role {role}, which is to migrate.", "Let [base] make it, or correct `role`.")
    is_super, is_reached = row
    if is_super:
        raise UsageFault(
            f"The role {role}, which is to migrate, is a superuser: it hides every missing right (42501).",
            "Name the role that migrates in production, or leave `role` out.",
        )
    names = {"role": sql.Identifier(role), "tool": sql.Identifier(TOOL_ROLE), "name": sql.Identifier(name)}
    if not server.standing.is_shared:
        session.execute(sql.SQL("ALTER ROLE {role} LOGIN").format(**names))
        # It owns nothing, so there is nothing to inherit; with it pgproof reads what a migration has not committed yet.
        session.execute(sql.SQL("GRANT {tool} TO {role}").format(**names))
    elif not is_reached:
        raise ServerFault(
            f"The user of the server's URL may not act as {role}, which is to migrate.",
            f"Name {role} in the URL, or let its user act as it: GRANT {sql.Identifier(role).as_string(None)} TO …;",
        )
    session.execute(sql.SQL("ALTER DATABASE {name} OWNER TO {role}").format(**names))


def own_what_the_tool_made(session: Session, role: str) -> None:
    """Give a role what base files made without naming an owner, but for what only a superuser can own."""
    session.execute(sql.SQL(_REASSIGN).format(tool=sql.Identifier(TOOL_ROLE), role=sql.Identifier(role)))

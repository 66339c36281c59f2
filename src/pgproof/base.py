"""The base: what production has before the first migration, and who migrates there.

It is made once, as a database of its own, and every database that is made anew is a copy of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from pgproof.errors import UsageFault
from pgproof.masking import masked
from pgproof.server import TOOL_ROLE, Server, database
from pgproof.server.migrator import own_what_the_tool_made, settle
from pgproof.server.named import TOOL
from pgproof.server.prepared import Prepared
from pgproof.settings import Base, Settings
from pgproof.tool import MigrationFailed
from pgproof.tool.grammar import ast
from pgproof.tool.sending import File, require_ended, send_each
from pgproof.tool.server_wide import Source, roles
from pgproof.tool.statements import read_text, split
from pgproof.tool.surroundings import Surroundings

_LISTS = frozenset({"search_path", "temp_tablespaces"})
"""Settings that are lists of names: as a literal they would be one name."""
_TIME = re.compile(r"\d+(?:\.\d+)?\s*(?:us|ms|s|min|h|d)?")
_OF_PSQL = re.compile(r"^\\(?:un)?restrict [^\n]*$", re.MULTILINE)
"""What pg_dump writes for psql alone."""
_COPIES = re.compile(r"^\s*COPY\b[^;]*\bFROM\s+STDIN\b", re.IGNORECASE | re.MULTILINE)


def sources(settings: Settings) -> tuple[Source, ...]:
    """Return the base's files; raises UsageFault where one cannot be run as SQL."""
    return tuple((path, split(_text(path))) for path in (settings.base.sql if settings.base else ()))


def extensions(settings: Settings) -> frozenset[str]:
    """Return the extensions that the base creates."""
    nodes = (s.node for _, script in sources(settings) for s in script.statements)
    made = {n.extname for n in nodes if isinstance(n, ast.CreateExtensionStmt)}
    return frozenset({*made, *(settings.base.extensions if settings.base else ())})


def prepare(server: Server, settings: Settings) -> Server:
    """Return the server as the history is to meet it; raises UsageFault, ServerFault."""
    limits = _limits(settings)
    if settings.base is None and settings.role is None:
        return Prepared(server, template=None, role=None, settings=limits) if limits else server
    base, role = settings.base or Base(), settings.role
    name = f"pgproof_{server.standing.run}_base"
    files = sources(settings)
    made_by_files = roles(files)
    _make_roles(server, {*base.roles, *([role] if role else [])} - made_by_files)
    database.empty(server, name)
    if role is not None and role not in made_by_files:
        settle(server, role, name)
    with _blaming("settings"):
        for setting, value in base.settings.items():
            _set(server, name, setting, value)
    with database.connect(server.url(name)) as session:
        _make(session, "schemas", base.schemas, "CREATE SCHEMA IF NOT EXISTS {}")
        _make(session, "extensions", base.extensions, "CREATE EXTENSION IF NOT EXISTS {} CASCADE")
    for path, script in files:
        _run(server.url(name, role=TOOL_ROLE), File(path=path, script=script, surroundings=Surroundings()))
    if role is None:
        return Prepared(server, template=name, role=None, settings=limits)
    settle(server, role, name)  # again: the files may have made the role, or a superuser of it
    with database.connect(server.url(name)) as session:
        _make(session, "schemas", base.schemas, f"ALTER SCHEMA {{}} OWNER TO {_quoted(role)}")
        if not server.standing.is_shared:
            own_what_the_tool_made(session, role)
    return Prepared(server, template=name, role=role, settings=TOOL | {"TimeZone": settings.timezone} | limits)


def resume(server: Server, settings: Settings, template: str) -> Server:
    """Return the server as ``prepare`` does, where it started with a database that has all of the base, and more."""
    limits = _limits(settings)
    if settings.role is None:
        return Prepared(server, template=template, role=None, settings=limits)
    with_role = TOOL | {"TimeZone": settings.timezone} | limits
    return Prepared(server, template=template, role=settings.role, settings=with_role)


def _limits(settings: Settings) -> dict[str, str]:
    given = {"statement_timeout": settings.statement_timeout, "lock_timeout": settings.lock_timeout}
    limits = {name: value.strip() for name, value in given.items() if value is not None}
    for name, value in limits.items():
        if not _TIME.fullmatch(value):
            raise UsageFault(
                f"{name} must be a time as PostgreSQL writes it, and is {value!r}.", f'Write {name} = "30s", say.'
            )
    return limits


def _text(path: Path) -> str:
    """Return a file of SQL, without what only psql understands."""
    content = _OF_PSQL.sub("", read_text(path))
    if copied := _COPIES.search(content):
        line = content.count("\n", 0, copied.end()) + 1
        raise UsageFault(
            f"The base file {path} copies from standard input in line {line}.",
            "Write the rows as INSERT statements (pg_dump --inserts), or leave them out (pg_dump --schema-only).",
        )
    return content


def _make_roles(server: Server, wanted: set[str]) -> None:
    session = server.maintenance()
    there = {name for (name,) in session.execute("SELECT rolname FROM pg_roles")}
    missing = sorted(wanted - there)
    standing = server.standing
    if missing and standing.is_shared and not standing.allows_server_wide:
        raise UsageFault(
            f"The server has no role {', '.join(missing)}, and pgproof makes none on a server that is not its own.",
            f"{' '.join(f'CREATE ROLE {_quoted(name)};' for name in missing)} there, or set allow_server_wide = true.",
        )
    _make(session, "roles", missing, "CREATE ROLE {} LOGIN")


def _make(session: psycopg.Connection[Any], what: str, names: tuple[str, ...] | list[str], statement: str) -> None:
    with _blaming(what):
        for name in names:
            session.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _set(server: Server, name: str, setting: str, value: str) -> None:
    """Give a database a setting, for the sessions to come."""
    session = server.maintenance()
    with session.transaction():
        place = sql.SQL(".").join(sql.Identifier(part) for part in setting.split("."))
        to: sql.Composable = sql.SQL("TO {}").format(sql.Literal(value))
        if setting.lower() in _LISTS:
            session.execute("SELECT set_config(%s, %s, true)", [setting, value])
            to = sql.SQL("FROM CURRENT")
        session.execute(sql.SQL("ALTER DATABASE {} SET {} {}").format(sql.Identifier(name), place, to))


@contextmanager
def _blaming(what: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as exc:
        if database.is_lost(exc):
            raise
        said = masked(exc.diag.message_primary or str(exc))
        raise UsageFault(f"[base] {what}: {said} ({exc.sqlstate}).", f"Correct {what} there.") from exc


def _run(url: str, file: File) -> None:
    with database.connect(url) as session:
        try:
            send_each(session, file)
            require_ended(session, file)
        except MigrationFailed as exc:
            failure = exc.failure
            said = f"{failure.message} ({failure.sqlstate}). {failure.detail}".rstrip()
            raise UsageFault(
                f"The base file {failure.file} fails in line {failure.line}: {said}",
                f"Mend it: it is run once, before the first migration, as {session.info.user}.",
            ) from exc


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string(None)

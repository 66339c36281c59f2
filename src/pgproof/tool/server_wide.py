"""Statements that reach beyond their database: on a server of somebody else's they are refused before anything runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import HistoryFault
from pgproof.tool import History, layouts, syntax, text
from pgproof.tool.failures import shown
from pgproof.tool.grammar import Node, ast, enums
from pgproof.tool.statements import Script, Statement

_NAMED_AT_MOST = 10
Source = tuple[Path, Script]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A statement that changes what belongs to the whole server, or may."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line} ({self.what})"


def sources(history: History) -> tuple[Source, ...]:
    """Return what the history sends, both directions."""
    layout = layouts.by_name(history.layout)
    parts = history.singly.migrations
    sides = ((p, down) for m in parts for p, down in ((m.up, False), (m.down, True)) if p is not None)
    return tuple((path, layout.script(path, down=down)) for path, down in sides)


def refuse(given: Iterable[Source]) -> None:
    """Raise HistoryFault with file and line of every statement that reaches beyond its database."""
    found = reaches(given)
    if not found:
        return
    named = "\n".join(f"  {reach}" for reach in found[:_NAMED_AT_MOST])
    more = f"\n  and {len(found) - _NAMED_AT_MOST} more" if len(found) > _NAMED_AT_MOST else ""
    raise HistoryFault(
        f"What is to run changes the whole server, which is not pgproof's own. Nothing was run.\n{named}{more}",
        "Leave --pgproof-server out (pgproof then starts a server of its own); or, where nobody else needs this one, "
        "set allow_server_wide = true: roles that appear are listed at the end and stay.",
    )


def reaches(given: Iterable[Source]) -> tuple[Reach, ...]:
    """Return the statements that reach beyond their database, themselves or through a function that they run."""
    scripts = tuple(given)
    functions = _functions(scripts)
    return tuple(
        dict.fromkeys(
            Reach(path=path, line=_line(statement, what), what=what)
            for path, script in scripts
            for statement in script.statements
            if (what := _what(statement, functions))
        )
    )


def is_confined(history: History) -> bool:
    """Whether it is known that no migration reaches beyond its database."""
    return not reaches(sources(history))


def roles(given: Iterable[Source]) -> frozenset[str]:
    """Return the roles that may be created, by the names that stand there."""
    found: set[str] = set()
    for statement in (s for _, script in given for s in script.statements):
        if isinstance(statement.node, ast.CreateRoleStmt):
            found.add(statement.node.role)
        elif statement.node is None or isinstance(statement.node, ast.DoStmt | ast.CreateFunctionStmt):
            found |= {
                quoted.replace('""', '"') or plain.lower()
                for quoted, plain in _CREATED.findall(text.without_comments(statement.text))
            }
    return frozenset(found)


_CREATED = re.compile(
    r"\bcreate\s+(?:role|group|user(?!\s+mapping))\s+(?:if\s+not\s+exists\s+)?(?:\"((?:[^\"]|\"\")+)\"|(\w+))",
    re.IGNORECASE,
)


def _line(statement: Statement, what: str) -> int:
    """Return the line of the words themselves where they stand in a block of code, else the statement's."""
    words = what.removesuffix("()").split()
    found = re.search(r"\s+".join(map(re.escape, words)), statement.text, re.IGNORECASE)
    return statement.line + statement.text.count("\n", 0, found.start() if found else 0)


@dataclass(frozen=True, slots=True)
class _Function:
    what: str
    calls: frozenset[str]


def _functions(scripts: Iterable[Source]) -> dict[str, _Function]:
    """Return what the functions of these scripts do, by the last part of their name."""
    found: dict[str, _Function] = {}
    for node in (s.node for _, script in scripts for s in script.statements):
        if isinstance(node, ast.CreateFunctionStmt):
            name = node.funcname[-1].sval
            code = text.without_comments(
                "\n".join(part.sval for o in node.options or () if o.defname == "as" for part in o.arg)
            )
            before = found.get(name, _Function("", frozenset()))
            found[name] = _Function(before.what or _in_code(code), before.calls | text.called(code))
    return found


def _what(statement: Statement, functions: Mapping[str, _Function]) -> str:
    node = statement.node
    if node is None:
        return _in_code(text.without_comments(statement.text))
    if isinstance(node, ast.CreateFunctionStmt):  # what it defines counts where it is run
        return ""
    if isinstance(node, ast.DoStmt):
        code = syntax.do_text(node)
        return _in_code(code) or _through(text.called(code), functions)
    return _itself(node) or _through(_names(node), functions)


def _names(node: Node) -> frozenset[str]:
    """Return the last parts of the names of all functions that a statement calls, or lets be called later."""
    found = {n.funcname[-1].sval for n in syntax.nodes(node) if isinstance(n, ast.FuncCall)}
    if isinstance(node, ast.CreateTrigStmt | ast.CreateEventTrigStmt):
        found.add(node.funcname[-1].sval)
    return frozenset(found)


def _through(names: Iterable[str], functions: Mapping[str, _Function]) -> str:
    pending, seen = list(names), set()
    while pending:
        name = pending.pop()
        if name in _FUNCTIONS:
            return f"{name}()"
        if name in functions and name not in seen:
            seen.add(name)
            if functions[name].what:
                return f"{functions[name].what} in {name}()"
            pending.extend(functions[name].calls)
    return ""


def _itself(node: Node) -> str:
    for kind, name in _STATEMENTS.items():
        if isinstance(node, kind):
            return name
    return next((what for kind, rule in _RULES if isinstance(node, kind) and (what := rule(node))), "")


_STATEMENTS: Mapping[type, str] = {
    ast.CreateRoleStmt: "CREATE ROLE",
    ast.AlterRoleStmt: "ALTER ROLE",
    ast.AlterRoleSetStmt: "ALTER ROLE ... SET",
    ast.DropRoleStmt: "DROP ROLE",
    ast.GrantRoleStmt: "GRANT or REVOKE of a role",
    ast.DropOwnedStmt: "DROP OWNED",
    ast.ReassignOwnedStmt: "REASSIGN OWNED",
    ast.CreatedbStmt: "CREATE DATABASE",
    ast.DropdbStmt: "DROP DATABASE",
    ast.AlterDatabaseStmt: "ALTER DATABASE",
    ast.AlterDatabaseSetStmt: "ALTER DATABASE ... SET",
    ast.AlterDatabaseRefreshCollStmt: "ALTER DATABASE ... REFRESH COLLATION VERSION",
    ast.CreateTableSpaceStmt: "CREATE TABLESPACE",
    ast.DropTableSpaceStmt: "DROP TABLESPACE",
    ast.AlterTableSpaceOptionsStmt: "ALTER TABLESPACE",
    ast.AlterSystemStmt: "ALTER SYSTEM",
    ast.CreateSubscriptionStmt: "CREATE SUBSCRIPTION",
    ast.AlterSubscriptionStmt: "ALTER SUBSCRIPTION",
    ast.DropSubscriptionStmt: "DROP SUBSCRIPTION",
}
_SHARED = {
    enums.ObjectType.OBJECT_DATABASE: "DATABASE",
    enums.ObjectType.OBJECT_ROLE: "ROLE",
    enums.ObjectType.OBJECT_TABLESPACE: "TABLESPACE",
    enums.ObjectType.OBJECT_PARAMETER_ACL: "PARAMETER",
}


def _on_shared(verb: str, field: str) -> Callable[[Node], str]:
    def rule(node: Node) -> str:
        kind = _SHARED.get(getattr(node, field))
        return f"{verb} {kind}" if kind else ""

    return rule


def _copy(node: Node) -> str:
    if node.is_program:
        return "COPY ... PROGRAM"
    return "COPY TO a file of the server" if node.filename and not node.is_from else ""


_RULES: tuple[tuple[type, Callable[[Node], str]], ...] = (
    (ast.GrantStmt, _on_shared("GRANT or REVOKE ON", "objtype")),
    (ast.CommentStmt, _on_shared("COMMENT ON", "objtype")),
    (ast.SecLabelStmt, _on_shared("SECURITY LABEL ON", "objtype")),
    (ast.RenameStmt, _on_shared("RENAME of a", "renameType")),
    (ast.AlterOwnerStmt, _on_shared("OWNER of a", "objectType")),
    (ast.CopyStmt, _copy),
)
_FUNCTIONS = frozenset({
    "dblink", "dblink_exec", "dblink_connect", "dblink_connect_u", "dblink_open", "dblink_send_query",
    "pg_terminate_backend", "pg_cancel_backend", "pg_reload_conf", "pg_rotate_logfile", "pg_promote",
    "pg_switch_wal", "pg_create_restore_point", "pg_create_physical_replication_slot",
    "pg_create_logical_replication_slot", "pg_drop_replication_slot", "pg_replication_origin_create",
    "pg_replication_origin_drop", "pg_file_write", "lo_export",
})  # fmt: skip
"""Functions that reach other databases, other sessions, the server or its files."""

_VERBS = "create|alter|drop|rename"
_CODE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), what)
    for pattern, what in (
        (rf"\b(?:{_VERBS})\s+(?:role|group|user(?!\s+mapping))\b", "{}"),
        (rf"\b(?:{_VERBS})\s+(?:tablespace|subscription)\b", "{}"),
        (r"\b(?:create|drop)\s+database\b", "{}"),
        (r"\balter\s+system\b", "{}"),
        (r"\b(?:drop|reassign)\s+owned\b", "{}"),
        (r"\bgrant\s+(?:(?!\bon\b|\bto\b)[^;])+\bto\b", "GRANT of a role"),
        (r"\brevoke\s+(?:(?!\bon\b|\bfrom\b)[^;])+\bfrom\b", "REVOKE of a role"),
        (r"\b(?:grant|revoke)\b(?:(?!\bto\b|\bfrom\b)[^;])*?\bon\s+(?:tablespace|parameter)\b", "{}"),
        (r"\b(?:comment|security\s+label)\b[^;]*?\bon\s+(?:role|tablespace)\b", "{}"),
        (r"\bcopy\b[^;]*?\b(?:to|from)\s+program\b", "COPY ... PROGRAM"),
    )
)
_OWN_DATABASE = re.compile(
    r"\balter\s+database\b|\b(?:grant|revoke|comment|security\s+label)\b[^;]*?\bon\s+database\b",
    re.IGNORECASE | re.DOTALL,
)


def _in_code(code: str) -> str:
    """Return what a text of code does to the whole server: by pattern, in doubt something."""
    for pattern, what in _CODE:
        if match := pattern.search(code):
            return what.format(" ".join(match[0].upper().split()))
    match = _OWN_DATABASE.search(code)
    # with the name asked for at run time it is the database that is being migrated, and that may be changed
    if match and "current_database" not in code.lower():
        return " ".join(match[0].upper().split())
    return ""

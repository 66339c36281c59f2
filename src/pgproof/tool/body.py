"""Whether the statements of a file can be tried again behind a savepoint of the migration's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pgproof.tool import Body, modes, syntax
from pgproof.tool.grammar import Node, ast, enums
from pgproof.tool.statements import Script, Statement
from pgproof.tool.surroundings import Code, Surroundings, initially_deferred, is_clock, read_code

_HARMLESS = frozenset({"lock_timeout", "client_min_messages", "check_function_bodies", "client_encoding"})
"""Settings that may stay for the next statements: they change no verdict."""
_SESSION_FUNCTIONS = frozenset(
    {"set_config", "dblink", "dblink_exec", "dblink_connect", "pg_terminate_backend", "pg_cancel_backend"}
)


def judge(script: Script, mode: str, surroundings: Surroundings) -> Body:
    """Return how the statements of a file may be run.

    A savepoint stands for a second application on a new connection in a new transaction. Where these would differ (the
    clock stands still, settings and temporary objects stay, a deferred check has not come yet), a clone is needed; in
    doubt, it is.
    """
    return Body(
        is_empty=not script.statements,
        needs_clone=_reason(script, mode, surroundings),
        moves_data=any(moves_data(s, surroundings) for s in script.statements),
        tables=tuple(dict.fromkeys(table for s in script.statements for table in s.tables)),
    )


def together(bodies: Sequence[Body]) -> Body:
    """Return how several bodies may be run one after the other."""
    if len(bodies) == 1:
        return bodies[0]
    return Body(
        is_empty=all(b.is_empty for b in bodies),
        needs_clone=next((b.needs_clone for b in bodies if b.needs_clone), ""),
        moves_data=any(b.moves_data for b in bodies),
        tables=tuple(dict.fromkeys(table for b in bodies for table in b.tables)),
    )


def moves_data(statement: Statement, surroundings: Surroundings) -> bool:
    """Return whether a statement moves data, itself or through a function of this history."""
    if statement.moves_data or statement.node is None:
        return statement.moves_data
    return surroundings.run_by(syntax.called(statement.node)).moves_data


def _reason(script: Script, mode: str, surroundings: Surroundings) -> str:
    if script.refused:
        return script.refused
    if not script.statements:
        return ""
    for statement in script.statements:
        why = _why(statement, surroundings)
        if why:
            return f"line {statement.line}: {why}"
    return "" if mode == modes.TRANSACTION else f"its statements run in the mode {mode!r}"


def _why(statement: Statement, surroundings: Surroundings) -> str:
    node = statement.node
    if node is None:
        return "PostgreSQL's grammar does not read it"
    refused = modes.refusal(statement, surroundings)
    if refused:
        return f"{refused} does not run in a transaction"
    if isinstance(node, ast.DoStmt):
        return _why_code("the DO block", read_code(syntax.do_text(node)), surroundings) or _why_writes(
            node, surroundings
        )
    return next((why for rule in _RULES if (why := rule(node))), "") or _why_through(node, surroundings)


def _why_through(node: Node, surroundings: Surroundings) -> str:
    if isinstance(node, ast.CreateFunctionStmt):
        return ""
    names = syntax.called(node)
    why = _why_code("a function that it calls", surroundings.run_by(names), surroundings)
    if why:
        return why
    if any(isinstance(n, ast.RangeVar) and n.relname in surroundings.clock_views for n in syntax.executed(node)):
        return "a view that it reads uses the transaction's time"
    return _why_writes(node, surroundings)


def _why_writes(node: Node, surroundings: Surroundings) -> str:
    written = syntax.changed_tables(node)
    fired = surroundings.fired_by(written)
    if written and fired.moves_data:
        fired |= surroundings.any_trigger
    why = _why_code("a trigger that it fires", fired, surroundings)
    if why:
        return why
    return "it changes rows, and the history has deferred constraints" if written and surroundings.defers else ""


def _why_code(what: str, code: Code, surroundings: Surroundings) -> str:
    code |= surroundings.run_by(code.calls)
    if code.moves_data and surroundings.any_trigger.reads_clock:
        return f"{what} changes rows, and a trigger of the history uses the transaction's time"
    answers = (
        (code.commits, "may end the transaction"),
        (code.reads_clock, "uses the transaction's time or number"),
        (code.makes_temporary, "makes temporary objects"),
        (code.changes_settings, "changes settings"),
        (bool(code.calls & _SESSION_FUNCTIONS), "changes the session, or another"),
    )
    return next((f"{what} {does}" for is_so, does in answers if is_so), "")


def _own_transaction(node: Node) -> str:
    if syntax.is_savepoint(node):
        return "it has savepoints of its own"
    return "it has its own BEGIN or COMMIT" if syntax.is_own_transaction(node) else ""


def _call(node: Node) -> str:
    return "a procedure may end the transaction" if isinstance(node, ast.CallStmt) else ""


def _clock(node: Node) -> str:
    return "it uses the transaction's time or number" if any(map(is_clock, syntax.executed(node))) else ""


def _default(node: Node) -> str:
    """Return why the default that rows take that were there may be the clock's; for new rows it does not matter."""
    for n in syntax.executed(node):
        if isinstance(n, ast.UpdateStmt) and any(isinstance(t.val, ast.SetToDefault) for t in n.targetList):
            return "the default that it sets may use the transaction's time"
        if isinstance(n, ast.OnConflictClause) and n.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
            return "the defaults of its upsert may use the transaction's time"
    return ""


def _temporary(node: Node) -> str:
    is_temporary = any(
        isinstance(n, ast.RangeVar) and (n.relpersistence == "t" or n.schemaname == "pg_temp")
        for n in syntax.nodes(node)
    )
    return "it uses temporary objects" if is_temporary else ""


def _setting(node: Node) -> str:
    if isinstance(node, ast.ConstraintsSetStmt):
        return "SET CONSTRAINTS lasts until the transaction ends"
    if not isinstance(node, ast.VariableSetStmt) or node.name in _HARMLESS or _is_zero_timeout(node):
        return ""
    scope = "the transaction" if node.is_local else "the session"
    return f"SET {(node.name or 'ALL').lower()} lasts until {scope} ends"


def _is_zero_timeout(node: Node) -> bool:
    if node.kind != enums.VariableSetKind.VAR_SET_VALUE or not (node.name or "").endswith("_timeout"):
        return False
    return all(isinstance(a.val, ast.Integer) and not a.val.ival for a in node.args)


def _deferral(node: Node) -> str:
    return "it makes a deferred constraint" if initially_deferred(node) else ""


def _enum_label(node: Node) -> str:
    is_new = isinstance(node, ast.AlterEnumStmt) and not node.oldVal
    return "a new enum label cannot be used in the transaction that adds it" if is_new else ""


def _session(node: Node) -> str:
    if isinstance(node, ast.PrepareStmt | ast.DeclareCursorStmt | ast.DiscardStmt | ast.LoadStmt):
        return "it changes the session"
    names = syntax.called(node) & _SESSION_FUNCTIONS
    return f"{min(names)}() changes the session, or another" if names else ""


_RULES: tuple[Callable[[Node], str], ...] = (
    _own_transaction,
    _call,
    _setting,
    _enum_label,
    _temporary,
    _deferral,
    _session,
    _clock,
    _default,
)

"""The transaction modes: how the statements of one file reach the server."""

from __future__ import annotations

from pgproof.tool import syntax
from pgproof.tool.grammar import ast
from pgproof.tool.statements import Script, Statement
from pgproof.tool.surroundings import Surroundings

TRANSACTION = "transaction"
"""All statements in one transaction, be it a BEGIN of the tool or that of a simple query of several statements."""
AUTOCOMMIT = "autocommit"
"""Each statement by itself."""
OWN = "own transactions"
"""As the file's BEGIN and COMMIT say."""
NESTED = "own transactions in the tool's"
"""As the file's BEGIN and COMMIT say, after the tool has opened a transaction: the first COMMIT ends that one."""


def refusal(statement: Statement, surroundings: Surroundings) -> str:
    """Return which statement it is that PostgreSQL refuses inside a transaction block; empty where it does not."""
    node = statement.node
    if isinstance(node, ast.CallStmt) and surroundings.run_by(syntax.called(node)).commits:
        return "CALL of a procedure with COMMIT"
    return syntax.refuses_transaction(node)


def has_own_transactions(script: Script) -> bool:
    """Return whether the file has BEGIN, COMMIT or their kin of its own."""
    return any(syntax.is_own_transaction(s.node) for s in script.statements)


def of_one_query(script: Script, surroundings: Surroundings) -> str:
    """Return the mode of a tool that sends the whole file as one query.

    PostgreSQL wraps several statements in a transaction and leaves one alone, so that a file of one statement may be
    ``CREATE INDEX CONCURRENTLY`` and a file of two may not.
    """
    if has_own_transactions(script):
        return OWN
    is_alone = len(script.statements) == 1 and refusal(script.statements[0], surroundings)
    return AUTOCOMMIT if is_alone else TRANSACTION


def by_statements(script: Script, surroundings: Surroundings, *, outside: bool) -> str:
    """Return the mode of a tool that sends statement by statement, ``outside`` a transaction where the file says so."""
    if has_own_transactions(script):
        return OWN
    is_refused = any(refusal(s, surroundings) for s in script.statements)
    return AUTOCOMMIT if outside or is_refused else TRANSACTION


def as_annotated(script: Script, *, outside: bool) -> str:
    """Return the mode of a tool that leaves its transaction only where the file says so."""
    if has_own_transactions(script):
        return OWN
    return AUTOCOMMIT if outside else TRANSACTION


def of_tool(script: Script, surroundings: Surroundings, *, outside: bool) -> str:
    """Return the mode of a tool that sends the whole file in its own transaction, or ``outside`` it where told so."""
    return of_one_query(script, surroundings) if outside else in_tools_transaction(script)


def in_tools_transaction(script: Script) -> str:
    """Return the mode of a file around which the tool opens a transaction, whatever it holds."""
    return NESTED if has_own_transactions(script) else TRANSACTION

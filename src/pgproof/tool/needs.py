"""What a history asks of the server itself, beyond its database."""

from __future__ import annotations

from pgproof.tool import History, syntax, text
from pgproof.tool.grammar import ast
from pgproof.tool.statements import Script, read


def extensions(history: History) -> frozenset[str]:
    """Return the extensions that the migrations create, in DO blocks too."""
    found: set[str] = set()
    for node in (s.node for script in _ups(history) for s in script.statements):
        if isinstance(node, ast.CreateExtensionStmt):
            found.add(node.extname)
        elif node is not None:
            found |= text.extensions(syntax.do_text(node))
    return frozenset(found)


def roles(history: History) -> frozenset[str]:
    """Return the roles that the migrations create outside DO blocks; they are the server's and outlive a database."""
    nodes = (s.node for script in _ups(history) for s in script.statements)
    return frozenset(n.role for n in nodes if isinstance(n, ast.CreateRoleStmt))


def _ups(history: History) -> tuple[Script, ...]:
    return tuple(read(m.up) for m in history.migrations)

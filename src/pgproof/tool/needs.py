"""What a history asks of the server itself, beyond its database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgproof.server.extensions import ICU, XML
from pgproof.tool import History, layouts, syntax, text
from pgproof.tool.grammar import Node, ast, enums
from pgproof.tool.statements import Script


def extensions(history: History) -> frozenset[str]:
    """Return the extensions that the migrations create, in DO blocks too."""
    found: set[str] = set()
    for node in _statements(history):
        if isinstance(node, ast.CreateExtensionStmt):
            found.add(node.extname)
        else:
            found |= text.extensions(syntax.do_text(node))
    return frozenset(found)


def parts(history: History) -> frozenset[str]:
    """Return the parts of PostgreSQL without which a migration is refused: ICU and XML may be missing from a build."""
    nodes = (n for s in _suspects(history) if not isinstance(s, ast.CreateFunctionStmt) for n in syntax.nodes(s))
    return frozenset(part for node in nodes for part, is_used in _USED if is_used(node))


def wishes(history: History) -> frozenset[str]:
    """Return the parts without which tables would stay empty: there can be a column of type xml, and no value in it."""
    nodes = (n for s in _suspects(history) for n in syntax.nodes(s))
    return frozenset({XML}) if any(map(_names_xml, nodes)) else frozenset()


def roles(history: History) -> frozenset[str]:
    """Return the roles that the migrations create outside DO blocks; they are the server's and outlive a database."""
    return frozenset(n.role for n in _statements(history) if isinstance(n, ast.CreateRoleStmt))


def _ups(history: History) -> tuple[Script, ...]:
    layout = layouts.by_name(history.layout)
    return tuple(layout.script(m.up, down=False) for m in history.singly.migrations)


def _statements(history: History) -> Iterator[Node]:
    return (s.node for script in _ups(history) for s in script.statements if s.node is not None)


def _suspects(history: History) -> Iterator[Node]:
    """Yield the statements whose text may be about such a part; to look into all of them takes its time."""
    statements = (s for script in _ups(history) for s in script.statements)
    return (s.node for s in statements if s.node is not None and _SUSPECT.search(s.text))


def _names_xml(node: Node) -> bool:
    return isinstance(node, ast.TypeName) and [part.sval for part in node.names or ()][-1:] == ["xml"]


def _uses_xml(node: Node) -> bool:
    """Whether PostgreSQL makes or reads an XML value here."""
    if isinstance(node, ast.FuncCall):
        return bool(_XML_FUNCTION.fullmatch(node.funcname[-1].sval))
    return isinstance(node, ast.XmlExpr | ast.RangeTableFunc) or (
        isinstance(node, ast.TypeCast) and _names_xml(node.typeName)
    )


def _uses_icu(node: Node) -> bool:
    if isinstance(node, ast.CollateClause):
        return bool(node.collname[-1].sval.endswith(_ICU_COLLATION))
    if not isinstance(node, ast.DefineStmt) or node.kind != enums.ObjectType.OBJECT_COLLATION:
        return False
    texts = [n.sval for n in syntax.nodes(node.definition) if isinstance(n, ast.String)]
    return any(t.lower() == "icu" or t.endswith(_ICU_COLLATION) for t in texts)


_SUSPECT = re.compile(r"xml|xpath|icu", re.IGNORECASE)
_XML_FUNCTION = re.compile(r"xpath(_exists)?|xml(comment|text|agg|validate|_is_well_formed\w*)|\w+_to_xml\w*")
_ICU_COLLATION = "-x-icu"
_USED = ((XML, _uses_xml), (ICU, _uses_icu))

"""From which tables a migration may take rows and which values it may overwrite, by its text: in doubt, any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from pgproof.tool import History, layouts, syntax
from pgproof.tool.grammar import Node, ast, enums
from pgproof.tool.statements import Script

_OPAQUE: tuple[type, ...] = (ast.DoStmt, ast.CallStmt, ast.ExecuteStmt, ast.DropOwnedStmt)
_MOVING = frozenset(
    {
        enums.ObjectType.OBJECT_TABLE,
        enums.ObjectType.OBJECT_COLUMN,
        enums.ObjectType.OBJECT_SCHEMA,
        enums.ObjectType.OBJECT_VIEW,
    }
)
"""What has another name from then on."""
_FAMILY = ("Partition", "Inherit", "Expression")
"""ALTER TABLE … that takes all rows of a table elsewhere, or values from another expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What statements write. Names are the last parts of qualified names."""

    is_open: bool = False
    """Whether it may be anything: there is what the grammar does not look into, or names that change on the way."""
    tables: frozenset[str] = frozenset()
    """Where rows come, change or go."""
    deletes: frozenset[str] = frozenset()
    rewrites: frozenset[tuple[str, str]] = frozenset()
    """(table, column)."""

    def __or__(self, other: Writing) -> Writing:
        return Writing(
            is_open=self.is_open or other.is_open,
            tables=self.tables | other.tables,
            deletes=self.deletes | other.deletes,
            rewrites=self.rewrites | other.rewrites,
        )


_ANYTHING = Writing(is_open=True)


def writing(history: History, version: str) -> Writing:
    """Return what a migration may write, apart from what triggers, rules and foreign keys do in turn."""
    (migration,) = (m for m in history.migrations if m.version == version)
    layout = layouts.by_name(history.layout)
    if layout.is_code:
        return _ANYTHING
    written = (of_script(layout.script(part.up, down=False)) for part in migration.parts or (migration,))
    return reduce(Writing.__or__, written, Writing())


def of_script(script: Script) -> Writing:
    """Return what the statements of a script may write."""
    return reduce(Writing.__or__, (_statement(s.node) for s in script.statements), Writing())


def _statement(node: Node) -> Writing:
    if node is None or isinstance(node, _OPAQUE) or (isinstance(node, ast.SelectStmt) and syntax.called(node)):
        return _ANYTHING
    if isinstance(node, ast.AlterTableStmt):
        return _alter(node)
    return reduce(Writing.__or__, map(_node, syntax.executed(node)), Writing())


def _node(node: Node) -> Writing:
    of_kind = _OF.get(type(node))
    return of_kind(node) if of_kind else Writing()


def _delete(node: Node) -> Writing:
    return _deletes({node.relation.relname})


def _update(node: Node) -> Writing:
    return _rewrites(node.relation.relname, node.targetList)


def _insert(node: Node) -> Writing:
    conflict = node.onConflictClause
    return _rewrites(node.relation.relname, conflict.targetList if conflict else ())


def _merge(node: Node) -> Writing:
    table, clauses = node.relation.relname, node.mergeWhenClauses
    found = _rewrites(table, [t for c in clauses if c.commandType == enums.CmdType.CMD_UPDATE for t in c.targetList])
    return found | _deletes({table}) if any(c.commandType == enums.CmdType.CMD_DELETE for c in clauses) else found


def _drop(node: Node) -> Writing:
    is_open = node.behavior == enums.DropBehavior.DROP_CASCADE
    is_table = node.removeType == enums.ObjectType.OBJECT_TABLE
    return _deletes({name[-1].sval for name in node.objects} if is_table else ()) | Writing(is_open=is_open)


def _truncate(node: Node) -> Writing:
    is_open = node.behavior == enums.DropBehavior.DROP_CASCADE
    return _deletes({table.relname for table in node.relations}) | Writing(is_open=is_open)


def _rename(node: Node) -> Writing:
    return Writing(is_open=node.renameType in _MOVING)


def _move(node: Node) -> Writing:
    return Writing(is_open=node.objectType in _MOVING)


def _alter(node: Node) -> Writing:
    table, commands = node.relation.relname, node.cmds
    retyped = {c.name for c in commands if c.subtype == enums.AlterTableType.AT_AlterColumnType}
    is_open = any(word in c.subtype.name for c in commands for word in _FAMILY)
    return Writing(is_open=is_open, rewrites=frozenset((table, column) for column in retyped))


def _deletes(tables: Iterable[str]) -> Writing:
    return Writing(tables=frozenset(tables), deletes=frozenset(tables))


def _rewrites(table: str, targets: Iterable[Node] | None) -> Writing:
    return Writing(tables=frozenset({table}), rewrites=frozenset((table, t.name) for t in targets or ()))


_OF: Mapping[type, Callable[[Node], Writing]] = {
    ast.DeleteStmt: _delete,
    ast.UpdateStmt: _update,
    ast.InsertStmt: _insert,
    ast.MergeStmt: _merge,
    ast.TruncateStmt: _truncate,
    ast.DropStmt: _drop,
    ast.RenameStmt: _rename,
    ast.AlterObjectSchemaStmt: _move,
}

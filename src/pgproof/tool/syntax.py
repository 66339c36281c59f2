"""What a parsed statement is and does, by PostgreSQL's own grammar."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pgproof.tool import text
from pgproof.tool.grammar import Node, ast, enums
from pgproof.tool.names import qualified

_DEFINITIONS: tuple[type, ...] = (
    ast.CreateFunctionStmt,
    ast.CreateTrigStmt,
    ast.CreateEventTrigStmt,
    ast.RuleStmt,
    ast.CreatePolicyStmt,
    ast.AlterPolicyStmt,
    ast.ViewStmt,
    ast.CreateDomainStmt,
    ast.AlterDomainStmt,
    ast.CreateStatsStmt,
    ast.Constraint,
)
"""Nodes whose expressions are stored, not run. (A DEFAULT that fills existing rows is one, too: its value comes from
the clock, and that is no difference.)"""
_KNOWN = 16384
"""Statements whose nodes are kept: each is asked about a dozen times, and to walk through one takes its time."""
_NODE: Any = ast.Node
_TREE: Any = (tuple, ast.Node)
DML: tuple[Node, ...] = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)
_OWN_TRANSACTION = frozenset(
    {
        enums.TransactionStmtKind.TRANS_STMT_BEGIN,
        enums.TransactionStmtKind.TRANS_STMT_START,
        enums.TransactionStmtKind.TRANS_STMT_COMMIT,
        enums.TransactionStmtKind.TRANS_STMT_ROLLBACK,
    }
)
_SAVEPOINT = frozenset(
    {
        enums.TransactionStmtKind.TRANS_STMT_SAVEPOINT,
        enums.TransactionStmtKind.TRANS_STMT_RELEASE,
        enums.TransactionStmtKind.TRANS_STMT_ROLLBACK_TO,
    }
)
_RELATIONS = frozenset(
    {
        enums.ObjectType.OBJECT_TABLE,
        enums.ObjectType.OBJECT_FOREIGN_TABLE,
        enums.ObjectType.OBJECT_COLUMN,
        enums.ObjectType.OBJECT_TABCONSTRAINT,
        enums.ObjectType.OBJECT_TRIGGER,
        enums.ObjectType.OBJECT_POLICY,
        enums.ObjectType.OBJECT_RULE,
    }
)


class _Root:
    """A node as a key: the same one, and none that is like it."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    def __hash__(self) -> int:
        return id(self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Root) and self.node is other.node


def nodes(root: Node) -> tuple[Node, ...]:
    """Return every node below and including ``root``."""
    return _all(_Root(root))


def executed(statement: Node) -> tuple[Node, ...]:
    """Return the nodes that run when the statement runs; what it only stores is left out."""
    return _executed(_Root(statement))


@lru_cache(maxsize=_KNOWN)
def _all(root: _Root) -> tuple[Node, ...]:
    return tuple(_below(root.node))


@lru_cache(maxsize=_KNOWN)
def _executed(statement: _Root) -> tuple[Node, ...]:
    node = statement.node
    if not isinstance(node, ast.AlterTableStmt):
        return tuple(_below(node, stop=_DEFINITIONS))
    commands = [c for c in node.cmds or () if c.subtype != enums.AlterTableType.AT_ColumnDefault]
    return tuple(found for command in commands for found in _below(command, stop=_DEFINITIONS))


def _below(root: Node, *, stop: tuple[type, ...] = ()) -> Iterator[Node]:
    """Yield every node below and including ``root``, but nothing at or below nodes of the types in ``stop``."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple | list):
            pending.extend(node[::-1])
        elif isinstance(node, _NODE) and not isinstance(node, stop):
            yield node
            for slot in type(node).__slots__:
                value = getattr(node, slot)
                if value is not None and isinstance(value, _TREE):
                    pending.append(value)


def called(statement: Node) -> frozenset[str]:
    """Return the last parts of the names of the functions and procedures that the statement itself calls."""
    return frozenset(n.funcname[-1].sval for n in executed(statement) if isinstance(n, ast.FuncCall))


def changed_tables(statement: Node) -> frozenset[str]:
    """Return the last parts of the names of the tables into which the statement itself writes rows."""
    found = {n.relation.relname for n in executed(statement) if isinstance(n, DML)}
    return frozenset(found | text.changed_tables(do_text(statement)))


def do_text(statement: Node) -> str:
    """Return the code of a DO block without its comments; empty for anything else."""
    if not isinstance(statement, ast.DoStmt):
        return ""
    codes = [a.arg.sval for a in statement.args if a.defname == "as"]
    return text.without_comments(codes[0]) if codes else ""


def moves_data(statement: Node) -> bool:
    """Return whether it is or holds an INSERT ... SELECT, UPDATE, DELETE or MERGE, or calls a procedure."""
    if isinstance(statement, ast.CallStmt):
        return True
    if isinstance(statement, ast.DoStmt):
        return text.moves_data(do_text(statement))
    return any(
        isinstance(n, ast.UpdateStmt | ast.DeleteStmt | ast.MergeStmt)
        or (isinstance(n, ast.InsertStmt) and n.selectStmt is not None and not n.selectStmt.valuesLists)
        for n in executed(statement)
    )


def tables(statement: Node) -> tuple[str, ...]:
    """Return the tables that the statement names, as SQL writes them, without those that it defines by WITH."""
    if isinstance(statement, ast.DoStmt):
        return text.tables(do_text(statement))
    if isinstance(statement, ast.CreateFunctionStmt | ast.CallStmt):
        return ()
    if isinstance(statement, ast.DropStmt):
        return _dropped(statement)
    if _is_about_another_kind(statement):
        return ()
    found = list(nodes(statement))
    local = {n.ctename for n in found if isinstance(n, ast.CommonTableExpr)}
    names = (
        qualified(n.schemaname, n.relname)
        for n in found
        if isinstance(n, ast.RangeVar) and (n.schemaname or n.relname not in local)
    )
    return tuple(dict.fromkeys(names))


def _is_about_another_kind(statement: Node) -> bool:
    kind = getattr(statement, "objtype", None) or getattr(statement, "renameType", None)
    if isinstance(statement, ast.AlterTableStmt | ast.RenameStmt):
        return kind not in _RELATIONS
    return isinstance(statement, ast.AlterSeqStmt | ast.CreateSeqStmt | ast.CompositeTypeStmt)


def _dropped(statement: Node) -> tuple[str, ...]:
    kind = statement.removeType
    if kind not in _RELATIONS:
        return ()
    names = [tuple(part.sval for part in name) for name in statement.objects]
    if kind not in (enums.ObjectType.OBJECT_TABLE, enums.ObjectType.OBJECT_FOREIGN_TABLE):
        names = [name[:-1] for name in names]
    return tuple(dict.fromkeys(qualified(name[-2] if len(name) > 1 else None, name[-1]) for name in names if name))


def is_own_transaction(statement: Node) -> bool:
    """Return whether it is BEGIN, COMMIT, ROLLBACK or one of their kin."""
    return isinstance(statement, ast.TransactionStmt) and statement.kind in _OWN_TRANSACTION


def is_savepoint(statement: Node) -> bool:
    """Return whether it is SAVEPOINT, RELEASE or ROLLBACK TO, which ask for a transaction and do not end it."""
    return isinstance(statement, ast.TransactionStmt) and statement.kind in _SAVEPOINT


def refuses_transaction(statement: Node) -> str:
    """Return which statement it is that PostgreSQL refuses inside a transaction block; empty where it does not."""
    if isinstance(statement, ast.DoStmt):
        return "DO with COMMIT" if text.commits(do_text(statement)) else ""
    if isinstance(statement, ast.AlterTableStmt):
        return next((found for c in statement.cmds or () if (found := _detaches(c))), "")
    for kind, name, test in _REFUSED:
        if isinstance(statement, kind) and test(statement):
            return name
    return ""


def _detaches(command: Node) -> str:
    if command.subtype == enums.AlterTableType.AT_DetachPartitionFinalize:
        return "DETACH PARTITION ... FINALIZE"
    is_detach = command.subtype == enums.AlterTableType.AT_DetachPartition
    return "DETACH PARTITION ... CONCURRENTLY" if is_detach and command.def_.concurrent else ""


def _has_option(options: Node, *names: str) -> bool:
    return any(o.defname in names for o in options or ())


def _reindexes_many(s: Node) -> bool:
    many = (
        enums.ReindexObjectType.REINDEX_OBJECT_SCHEMA,
        enums.ReindexObjectType.REINDEX_OBJECT_SYSTEM,
        enums.ReindexObjectType.REINDEX_OBJECT_DATABASE,
    )
    return s.kind in many or _has_option(s.params, "concurrently")


def _always(_: Node) -> bool:
    return True


_REFUSED: tuple[tuple[type, str, Any], ...] = (
    (ast.IndexStmt, "CREATE INDEX CONCURRENTLY", lambda s: s.concurrent),
    (ast.DropStmt, "DROP INDEX CONCURRENTLY", lambda s: s.concurrent),
    (ast.ReindexStmt, "REINDEX CONCURRENTLY, SCHEMA, SYSTEM or DATABASE", _reindexes_many),
    (ast.VacuumStmt, "VACUUM", lambda s: s.is_vacuumcmd),
    (ast.ClusterStmt, "CLUSTER of all tables", lambda s: s.relation is None),
    (ast.CreatedbStmt, "CREATE DATABASE", _always),
    (ast.DropdbStmt, "DROP DATABASE", _always),
    (ast.AlterDatabaseStmt, "ALTER DATABASE ... TABLESPACE", lambda s: _has_option(s.options, "tablespace")),
    (ast.CreateTableSpaceStmt, "CREATE TABLESPACE", _always),
    (ast.DropTableSpaceStmt, "DROP TABLESPACE", _always),
    (ast.AlterSystemStmt, "ALTER SYSTEM", _always),
    (ast.DiscardStmt, "DISCARD ALL", lambda s: s.target == enums.DiscardMode.DISCARD_ALL),
    (ast.CreateSubscriptionStmt, "CREATE SUBSCRIPTION", _always),
    (ast.AlterSubscriptionStmt, "ALTER SUBSCRIPTION", _always),
    (ast.DropSubscriptionStmt, "DROP SUBSCRIPTION", _always),
    (ast.TransactionStmt, "COMMIT PREPARED", lambda s: s.kind not in _OWN_TRANSACTION | _SAVEPOINT),
)

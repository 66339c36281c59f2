"""What the whole history defines that can run when a statement runs: functions, triggers, views, constraints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from pgproof.tool import syntax, text
from pgproof.tool.grammar import Node, ast, enums
from pgproof.tool.statements import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What the body of a function or procedure may do, itself or through others of this history."""

    reads_clock: bool = False
    commits: bool = False
    makes_temporary: bool = False
    changes_settings: bool = False
    moves_data: bool = False
    calls: frozenset[str] = frozenset()

    def __or__(self, other: Code) -> Code:
        return Code(
            reads_clock=self.reads_clock or other.reads_clock,
            commits=self.commits or other.commits,
            makes_temporary=self.makes_temporary or other.makes_temporary,
            changes_settings=self.changes_settings or other.changes_settings,
            moves_data=self.moves_data or other.moves_data,
            calls=self.calls | other.calls,
        )


def read_code(code: str) -> Code:
    """Return what a text of code, without comments, may do."""
    return Code(
        reads_clock=text.reads_clock(code),
        commits=text.commits(code),
        makes_temporary=text.makes_temporary(code),
        changes_settings=text.changes_settings(code),
        moves_data=text.moves_data(code),
        calls=text.called(code),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Names are the last parts of qualified names: two functions of one name count as one, in doubt for the worse."""

    functions: Mapping[str, Code] = field(default_factory=dict)
    triggers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Table → functions that its triggers run."""
    clock_views: frozenset[str] = frozenset()
    defers: bool = False
    """Whether any constraint is INITIALLY DEFERRED."""

    def run_by(self, names: Iterable[str]) -> Code:
        """Return what calling these functions may do, through all that they call in turn."""
        seen: set[str] = set()
        pending = [n for n in names if n in self.functions]
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(n for n in self.functions[name].calls if n in self.functions)
        return reduce(Code.__or__, (self.functions[n] for n in seen), Code())

    def fired_by(self, tables: Iterable[str]) -> Code:
        """Return what the triggers of these tables may do."""
        return self.run_by(f for t in tables for f in self.triggers.get(t, ()))

    @property
    def any_trigger(self) -> Code:
        """What any trigger of the history may do."""
        return self.fired_by(self.triggers)


def survey(scripts: Iterable[Script]) -> Surroundings:
    """Return what these scripts define."""
    functions: dict[str, Code] = {}
    triggers: dict[str, frozenset[str]] = {}
    views: set[str] = set()
    defers = False
    for statement in (s.node for script in scripts for s in script.statements if s.node is not None):
        if isinstance(statement, ast.CreateFunctionStmt):
            name = statement.funcname[-1].sval
            functions[name] = functions.get(name, Code()) | _code_of(statement)
        elif isinstance(statement, ast.CreateTrigStmt):
            table = statement.relation.relname
            triggers[table] = triggers.get(table, frozenset()) | {statement.funcname[-1].sval}
        elif isinstance(statement, ast.ViewStmt | ast.CreateTableAsStmt) and reads_clock(statement.query):
            views.add(statement.view.relname if isinstance(statement, ast.ViewStmt) else statement.into.rel.relname)
        defers = defers or initially_deferred(statement)
    return Surroundings(functions=functions, triggers=triggers, clock_views=frozenset(views), defers=defers)


def _code_of(statement: Node) -> Code:
    if statement.sql_body is not None:
        body = list(syntax.nodes(statement.sql_body))
        return Code(
            reads_clock=any(is_clock(n) for n in body),
            moves_data=any(isinstance(n, syntax.DML) for n in body),
            calls=frozenset(n.funcname[-1].sval for n in body if isinstance(n, ast.FuncCall)),
        )
    texts = [part.sval for o in statement.options or () if o.defname == "as" for part in o.arg]
    return read_code(text.without_comments("\n".join(texts)))


_CLOCK_FUNCTIONS = frozenset({"now", "transaction_timestamp"})
_CLOCK_PREFIXES = ("txid_", "pg_current_xact_id", "pg_current_snapshot")
_CLOCK_WORDS = frozenset({"now", "today", "tomorrow", "yesterday"})
_CLOCK_COLUMNS = frozenset({"xmin", "xmax", "ctid"})


def is_clock(node: Node) -> bool:
    """Return whether the value of this node is the transaction's time or number."""
    if isinstance(node, ast.SQLValueFunction):
        # user, role, schema and catalog are SQLValueFunctions, too
        return any(word in node.op.name for word in ("DATE", "TIME"))
    if isinstance(node, ast.FuncCall):
        name = node.funcname[-1].sval
        is_age = name == "age" and len(node.args or ()) == 1
        return is_age or name in _CLOCK_FUNCTIONS or name.startswith(_CLOCK_PREFIXES)
    if isinstance(node, ast.ColumnRef):
        return getattr(node.fields[-1], "sval", "") in _CLOCK_COLUMNS
    value = node.val if isinstance(node, ast.A_Const) else None
    return isinstance(value, ast.String) and value.sval.strip().lower() in _CLOCK_WORDS


def reads_clock(root: Node) -> bool:
    """Return whether any value below a node is the transaction's time or number."""
    return any(is_clock(n) for n in syntax.nodes(root))


def initially_deferred(statement: Node) -> bool:
    """Return whether it makes or turns a constraint INITIALLY DEFERRED."""
    if not isinstance(statement, ast.CreateStmt | ast.AlterTableStmt | ast.CreateTrigStmt):
        return False
    return any(getattr(n, "initdeferred", False) or _is_column_deferred(n) for n in syntax.nodes(statement))


def _is_column_deferred(node: Node) -> bool:
    """Return whether it is the word INITIALLY DEFERRED behind a column's constraint, which the grammar keeps apart."""
    return isinstance(node, ast.Constraint) and node.contype == enums.ConstrType.CONSTR_ATTR_DEFERRED

"""Objects in SQL's own words, without what is so by default."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pgproof.catalog.model import Column, Constraint, Index, Policy, Rule, Sequence, Trigger, Type
from pgproof.catalog.rare import Statistics

_SERIAL: Mapping[str, str] = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_FURTHEST: Mapping[str, int] = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_OPTIONS = re.compile(r" (WITH \([a-z_]+=[^)]*\))(?: WHERE .*)?$", re.DOTALL)


def column_words(column: Column, sequence: Sequence | None) -> str:
    """Return a column as CREATE TABLE would have it; ``sequence`` is the one that it owns and that is named for it."""
    if sequence is not None and (serial := serial_type(column, sequence)):
        return _joined(serial, *_storage(column))
    return _joined(
        column.type,
        f"COLLATE {column.collation}" if column.collation else "",
        "" if column.nullable else "NOT NULL",
        "NO INHERIT" if column.not_null_no_inherit else "",
        _filling(column, sequence),
        *_storage(column),
    )


def _filling(column: Column, sequence: Sequence | None) -> str:
    if column.identity_mode:
        options = sequence_words(sequence, column.type) if sequence else ""
        return f"GENERATED {column.identity_mode.upper()} AS IDENTITY" + (f" ({options})" if options else "")
    if column.generated_kind:
        return f"GENERATED ALWAYS AS ({column.generated}) {column.generated_kind.upper()}"
    return f"DEFAULT {column.default}" if column.default else ""


def _storage(column: Column) -> tuple[str, ...]:
    return (
        f"STORAGE {column.storage.upper()}" if column.storage else "",
        f"COMPRESSION {column.compression}" if column.compression else "",
        f"STATISTICS {column.statistics}" if column.statistics is not None else "",
        f"WITH ({', '.join(column.options)})" if column.options else "",
    )


def serial_type(column: Column, sequence: Sequence) -> str:
    """Return ``bigserial`` or its like where a column is exactly that, else nothing."""
    quoted = sequence.identity.replace("'", "''")
    is_plain = not (column.nullable or column.collation or column.identity_mode or column.generated_kind)
    draws = column.default == f"nextval('{quoted}'::regclass)"
    is_named_so = sequence.is_name_generated and sequence.type == column.type
    if not (is_plain and draws and is_named_so) or sequence_words(sequence, column.type):
        return ""
    return _SERIAL.get(column.type, "")


def is_implied(column: Column, sequence: Sequence) -> bool:
    """Return whether a column's own words say all about a sequence that it owns."""
    return bool(column.identity_mode or serial_type(column, sequence))


def sequence_words(sequence: Sequence, default_type: str = "") -> str:
    """Return the options of a sequence that are not its defaults; its type where it is not the one given."""
    furthest = _FURTHEST.get(sequence.type, 0)
    rises = sequence.increment > 0
    least, most = (1, furthest) if rises else (-furthest - 1, -1)
    start = sequence.minimum if rises else sequence.maximum
    is_named = not sequence.is_name_generated and bool(default_type)
    return _joined(
        f"SEQUENCE NAME {sequence.identity}" if is_named else "",
        f"AS {sequence.type}" if sequence.type != default_type else "",
        f"INCREMENT BY {sequence.increment}" if sequence.increment != 1 else "",
        f"MINVALUE {sequence.minimum}" if sequence.minimum != least else "",
        f"MAXVALUE {sequence.maximum}" if sequence.maximum != most else "",
        f"START WITH {sequence.start}" if sequence.start != start else "",
        f"CACHE {sequence.cache}" if sequence.cache != 1 else "",
        "CYCLE" if sequence.cycle else "",
    )


def constraint_words(constraint: Constraint, index: Index | None) -> str:
    """Return a constraint's definition, with what can be said only about the index that enforces it."""
    return _joined(
        constraint.definition,
        _index_options(index) if index else "",
        f"USING INDEX TABLESPACE {index.tablespace}" if index and index.tablespace else "",
    )


def _index_options(index: Index) -> str:
    """Return the storage parameters of an index, which stand before a predicate."""
    found = _OPTIONS.search(index.definition)
    return found[1] if found else ""


def index_words(index: Index) -> str:
    """Return an index as CREATE INDEX would have it, from UNIQUE and USING on."""
    return _joined(
        "UNIQUE" if index.is_unique else "",
        index.definition,
        f"TABLESPACE {index.tablespace}" if index.tablespace else "",
        f"STATISTICS {', '.join(index.statistics)}" if index.statistics else "",
    )


def trigger_words(thing: Trigger | Rule) -> str:
    """Return the definition of a trigger or rule, and when it fires; whether it does is another check's business."""
    state = "" if thing.enabled in {"origin", "disabled"} else f"ENABLE {thing.enabled.upper()}"
    return _joined(thing.definition, state)


def statistics_words(statistics: Statistics, migrator: str) -> str:
    """Return extended statistics as CREATE STATISTICS would have them, from their kinds on."""
    return _joined(
        statistics.definition,
        f"STATISTICS {statistics.target}" if statistics.target is not None else "",
        f"OWNER TO {statistics.owner}" if statistics.owner != migrator else "",
    )


def policy_words(policy: Policy) -> str:
    """Return a policy as CREATE POLICY would have it."""
    return _joined(
        "" if policy.permissive else "AS RESTRICTIVE",
        f"FOR {policy.command}",
        f"TO {', '.join(policy.roles)}",
        f"USING {_bracketed(policy.using)}" if policy.using else "",
        f"WITH CHECK {_bracketed(policy.check)}" if policy.check else "",
    )


def domain_words(domain: Type) -> str:
    """Return a domain as CREATE DOMAIN would have it, without its constraints."""
    return _joined(
        domain.base,
        f"COLLATE {domain.collation}" if domain.collation else "",
        f"DEFAULT {domain.default}" if domain.default else "",
        "" if domain.nullable else "NOT NULL",
    )


def _bracketed(expression: str) -> str:
    return expression if expression.startswith("(") else f"({expression})"


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)

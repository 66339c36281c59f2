"""What code that is only text to the grammar (DO blocks, function bodies) may do: by pattern, in doubt yes."""

from __future__ import annotations

import re

from pgproof.tool.names import identifier

_COMMENT = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_CLOCK = re.compile(
    r"\b(?:now|transaction_timestamp|txid_\w+|pg_current_xact_id\w*|pg_current_snapshot|age)\s*\("
    r"|\b(?:current_(?:timestamp|date|time)|localtime(?:stamp)?)\b"
    r"|'(?:now|today|tomorrow|yesterday)'",
    re.IGNORECASE,
)
_COMMIT = re.compile(
    r"\b(?:commit|rollback)(?:\s+(?:work|transaction))?(?:\s+and\s+(?:no\s+)?chain)?\s*;", re.IGNORECASE
)
_TEMPORARY = re.compile(
    r"\b(?:create|into)\s+(?:or\s+replace\s+)?(?:local\s+|global\s+)?temp(?:orary)?\b|\bpg_temp\b", re.IGNORECASE
)
_SETTING = re.compile(
    r"\bset\s+(?:local|session|constraints|role)\b|\bset_config\s*\(|(?:;|\bbegin|\bthen|\bloop)\s*set\s+\w",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"\binsert\s+into\b[^;]*?\bselect\b|\bdelete\s+from\b|\bmerge\s+into\b"
    r"|(?<!\bon\s)(?<!\bfor\s)\bupdate\s+(?:only\s+)?[\w.\"%$]+\s+(?:as\s+)?(?:[\w\"]+\s+)?set\b"
    r"|\bupdate\s+(?:only\s+)?'\s*\|\|",
    re.IGNORECASE,
)
_NAME = r"(?:\"(?:[^\"]|\"\")+\"|\w+)"
_QUALIFIED = rf"({_NAME}(?:\s*\.\s*{_NAME})?)"
_CHANGED = re.compile(
    rf"\b(?:insert\s+into|merge\s+into|delete\s+from|update)\s+(?:only\s+)?{_QUALIFIED}", re.IGNORECASE
)
_NAMED = re.compile(
    rf"\b(?:from|join|into|update|table)\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?{_QUALIFIED}", re.IGNORECASE
)
_PART = re.compile(_NAME)
_CALLED = re.compile(r"\b(\w+)\s*\(|\"((?:[^\"]|\"\")+)\"\s*\(")
_NO_TABLE = frozenset(
    {"set", "select", "cascade", "only", "strict", "lateral", "values", "unnest", "generate_series", "restrict", "no"}
)
_EXTENSION = re.compile(rf"\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?({_NAME})", re.IGNORECASE)


def without_comments(code: str) -> str:
    """Return the code with each comment outside quotes replaced by a blank."""
    return _COMMENT.sub(lambda m: m[0] if m[0].startswith("'") else " ", code)


def reads_clock(code: str) -> bool:
    """Return whether a value may come from the transaction's time or number."""
    return bool(_CLOCK.search(code))


def commits(code: str) -> bool:
    """Return whether it may end the transaction."""
    return bool(_COMMIT.search(code))


def makes_temporary(code: str) -> bool:
    """Return whether it may make a temporary object."""
    return bool(_TEMPORARY.search(code))


def changes_settings(code: str) -> bool:
    """Return whether it may change a setting of the session or transaction."""
    return bool(_SETTING.search(code))


def moves_data(code: str) -> bool:
    """Return whether it may hold an INSERT ... SELECT, UPDATE, DELETE or MERGE."""
    return bool(_MOVES.search(code))


def called(code: str) -> frozenset[str]:
    """Return the last parts of all names that stand before a parenthesis."""
    return frozenset(plain.lower() or quoted.replace('""', '"') for plain, quoted in _CALLED.findall(code))


def changed_tables(code: str) -> frozenset[str]:
    """Return the last parts of the names of the tables that it may write."""
    return frozenset(_parts(name)[-1] for name in _CHANGED.findall(code))


def tables(code: str) -> tuple[str, ...]:
    """Return the tables that it may name, as SQL writes them."""
    names = [_parts(name) for name in _NAMED.findall(code)]
    kept = [n for n in names if n[-1] not in _NO_TABLE and n[0] not in ("pg_catalog", "information_schema")]
    return tuple(dict.fromkeys(".".join(identifier(part) for part in name) for name in kept))


def extensions(code: str) -> frozenset[str]:
    """Return the extensions that it may create."""
    return frozenset(_parts(name)[-1] for name in _EXTENSION.findall(code))


def _parts(name: str) -> tuple[str, ...]:
    return tuple(p[1:-1].replace('""', '"') if p.startswith('"') else p.lower() for p in _PART.findall(name))

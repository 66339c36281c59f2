"""Names as SQL writes them."""

from __future__ import annotations

import re

from pglast import keywords

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_KEYWORDS: frozenset[str] = frozenset(
    keywords.RESERVED_KEYWORDS | keywords.COL_NAME_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS
)


def identifier(name: str) -> str:
    """Return a stored name as SQL needs it written, as the server's ``quote_ident`` does."""
    if _PLAIN.fullmatch(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str | None, name: str) -> str:
    """Return ``schema.name``, each quoted where SQL needs it; the name alone where there is no schema."""
    return f"{identifier(schema)}.{identifier(name)}" if schema else identifier(name)

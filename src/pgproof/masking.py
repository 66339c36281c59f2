"""Passwords never leave: every text that pgproof prints, writes or raises goes through ``masked``."""

from __future__ import annotations

import re
from functools import cache

MASK = "***"

_WORD = r"(?is)(?<!['\"])(\bpassword\s*(?:=\s*)?)"
_PATTERNS = (
    # put together at run time: PASSWORD ' || quote_literal('x'), format('… PASSWORD %L', 'x')
    (rf"{_WORD}(?:'+\s*\|\||%\d*\$?[a-z])[^;]*", rf"\g<1>{MASK}"),
    # inside another string: PASSWORD ''x''
    (rf"{_WORD}e?(?P<quotes>'{{2,}})(?=[^'\s;,)]).*?(?:(?P=quotes)'*|$)", rf"\g<1>'{MASK}'"),
    # ALTER ROLE … PASSWORD 'x', CREATE USER MAPPING … (password 'x'); one that was cut off ends with the text
    (rf"{_WORD}e?'(?:[^'\\]|''|\\.)*(?:'|$)", rf"\g<1>'{MASK}'"),
    (rf"{_WORD}\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|$)", rf"\g<1>'{MASK}'"),
    # PostgreSQL shows the rest of a text whose quote does not end, without the word before it
    (r"(?i)(unterminated [a-z -]*quoted string at or near \").*(?=\"|$)", rf"\g<1>{MASK}"),
    # postgresql://user:x@host: a password may hold an unescaped @
    (r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s:/@'\"]*:)[^\s'\"]*(?=@)", rf"\g<1>{MASK}"),
    # …?password=x&…, host=h password=x
    (r"(?i)(\b(?:ssl)?password=)(?!')[^\s&'\"]+", rf"\g<1>{MASK}"),
)


_ADDRESS = (
    (r"(?s)(://[^:/?#@]*:).*(?=@)", rf"\g<1>{MASK}"),
    (r"(?is)(\b(?:ssl)?password\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|[^\s&]+)", rf"\g<1>{MASK}"),
)


def masked_address(text: str) -> str:
    """Return the URL or connection string of a server, which is nothing else, without its password."""
    for pattern, replacement in _compiled(_ADDRESS):
        text = pattern.sub(replacement, text)
    return text


def masked(text: str) -> str:
    """Return a text (a log, a message, a URL, a statement) with every recognisable password replaced."""
    for pattern, replacement in _compiled(_PATTERNS):
        text = pattern.sub(replacement, text)
    return text


@cache
def _compiled(patterns: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns as they are used: compiled once, and not by the command, which becomes pytest before."""
    return tuple((re.compile(pattern), replacement) for pattern, replacement in patterns)

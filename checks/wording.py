"""How findings say what the server showed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pgproof import Change, Failure, Ran

SHOWN = 5
"""So many of a kind are named; the rest is counted."""
STATEMENT_LINES = 12
"""A longer statement is cut."""


def refused(failure: Failure) -> list[str]:
    """Return what the server said about a statement that it refused, and where the statement stands."""
    said = [f"ERROR {failure.sqlstate}: {failure.message}"]
    said += [f"{name}: {text}" for name, text in _details(failure) if text]
    if failure.file:
        said.append(f"at {place(failure.file, failure.line)}")
    if failure.statement:
        lines = failure.statement.strip().splitlines()
        said += [f"    {line}" for line in lines[:STATEMENT_LINES]]
        if len(lines) > STATEMENT_LINES:
            said.append(f"    … {len(lines) - STATEMENT_LINES} more lines")
    return said


def _details(failure: Failure) -> tuple[tuple[str, str], ...]:
    return (
        ("DETAIL", failure.detail),
        ("HINT", failure.hint),
        ("CONTEXT", failure.context),
        ("constraint", failure.constraint),
        ("table", failure.table),
        ("column", failure.column),
    )


def place(file: str, line: int) -> str:
    """Return ``file:line``, or the file alone where the line is not known."""
    return f"{file}:{line}" if line else file


def listed(lines: Sequence[str], shown: int = SHOWN) -> list[str]:
    """Return the first lines, and how many more there are."""
    more = len(lines) - shown
    return [*lines[:shown], f"… and {more} more"] if more > 0 else list(lines)


def changes(found: Iterable[Change]) -> list[str]:
    """Return schema changes, one line each."""
    return listed([str(change) for change in found], shown=10)


def statement_at(file: str, ran: Ran) -> str:
    """Return a statement that ran by its kind and place."""
    return f"{ran.kind} at {place(file, ran.line)}"


def counted(number: int, noun: str) -> str:
    """Return ``1 row``, ``2 rows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def plain(identity: str) -> str:
    """Return the last name of an identity, without its quotes."""
    found = re.search(r'(?:"((?:[^"]|"")+)"|([^."]+))$', identity)
    return (found[1] or found[2]).replace('""', '"') if found else identity


def spellings(name: str) -> frozenset[str]:
    """Return how a plain name may stand in SQL text: bare, and in quotes."""
    return frozenset({name, '"' + name.replace('"', '""') + '"'})


def in_toml(text: str) -> str:
    """Return a text as a TOML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

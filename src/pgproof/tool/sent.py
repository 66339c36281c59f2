"""The statements that a program sent, as the server has logged them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgproof.tool.logged import LINE

_SENT = re.compile(r"(?:statement|execute [^:]*): ")

_AROUND = re.compile(r"(?i)\s*(?:begin|commit|rollback|savepoint|release|set|show|start)\b")


def statements(log: str, database: str) -> tuple[str, ...]:
    """Return what a database's sessions sent, in order, where ``log_statement`` was on; those refused are among them.

    A statement with parameters stands there with ``$1`` in their place.
    """
    found: list[str] = []
    is_open = False
    for line in log.splitlines():
        if line.startswith("\t"):
            if is_open:
                found[-1] += f"\n{line[1:]}"
            continue
        told = LINE.match(line)
        sent = _SENT.match(line, told.end()) if told and told["word"] == "LOG" else None
        is_open = sent is not None and told is not None and told["database"] == database
        if is_open and sent is not None:
            found.append(line[sent.end() :])
    return tuple(found)


def work(sent: tuple[str, ...]) -> Iterator[str]:
    """Yield the statements that are more than transactions and settings."""
    return (one for one in sent if not _AROUND.match(one))

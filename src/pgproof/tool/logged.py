"""The errors of one database in a server's log, as a program met them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LINE_PREFIX = "%m [%p] %e %q%u@%d "
"""``log_line_prefix`` of a server whose log can be read here."""
LINE = re.compile(
    r"\S+ \S+ \S+ \[(?P<pid>\d+)\] (?P<sqlstate>\w{5}) (?:.*?@(?P<database>\S+) )?(?P<word>[A-Z0-9]+):  "
)
_PLACE = re.compile(r" at character \d+$")
"""What the log adds to a message, and the server does not say to the program."""
_ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})
_PARTS = frozenset({"DETAIL", "HINT", "CONTEXT", "STATEMENT"})


@dataclass(slots=True, kw_only=True)
class Logged:
    """One error as the server has logged it."""

    pid: str
    sqlstate: str
    message: str
    parts: dict[str, str] = field(default_factory=dict)
    """``DETAIL``, ``HINT``, ``CONTEXT``, ``STATEMENT``, where there are such."""


def errors(log: str, database: str) -> tuple[Logged, ...]:
    """Return the errors of a database's sessions, in order; lines of a message that is cut off are left out."""
    found: list[Logged] = []
    into: tuple[Logged, str] | None = None
    for line in log.splitlines():
        if line.startswith("\t"):
            _continue(into, line[1:])
            continue
        into = None
        told = LINE.match(line)
        if told is None or told["database"] != database:
            continue
        text = _PLACE.sub("", line[told.end() :])
        if told["word"] in _ERRORS:
            found.append(Logged(pid=told["pid"], sqlstate=told["sqlstate"], message=text))
            into = found[-1], ""
        elif told["word"] in _PARTS:
            one = next((e for e in reversed(found) if e.pid == told["pid"]), None)
            if one is not None:
                one.parts[told["word"]] = text
                into = one, told["word"]
    return tuple(found)


def _continue(into: tuple[Logged, str] | None, text: str) -> None:
    if into is None:
        return
    one, part = into
    if part:
        one.parts[part] += f"\n{text}"
    else:
        one.message += f"\n{text}"

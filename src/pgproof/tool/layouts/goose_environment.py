"""What ``-- +goose ENVSUB ON`` puts into a line for ``$NAME`` and for ``${NAME}``, be it with a default or cut."""

from __future__ import annotations

import os
import re

_TOKEN = re.compile(r"\\\\|\\\$|\$\$|\$\(|\$\{|\$(?=.)", re.DOTALL)
_NAME = re.compile(r"[^\W\d_]\w*")
_BOUNDS = re.compile(r":(?!-)\s*(-?\d+)\s*(?::\s*(-?\d+)\s*)?\}")


class Unsubstituted(Exception):
    """goose would give up at this line."""


def substitute(line: str) -> str:
    """Return the line with the environment's values in it; a name without a value becomes nothing."""
    text, end = _expression(line, 0, stop="")
    return text if end == len(line) else text + line[end:]


def _expression(line: str, at: int, *, stop: str) -> tuple[str, int]:
    """Return what stands from ``at`` to the character ``stop``, substituted, and where that is."""
    out: list[str] = []
    while at < len(line) and line[at] != stop:
        token = _TOKEN.match(line, at)
        if token is None:
            out.append(line[at])
            at += 1
        elif token[0] == "${":
            value, at = _braced(line, token.end())
            out.append(value)
        elif token[0] == "$":
            name = _name(line, token.end())
            out.append(os.environ.get(name, ""))
            at = token.end() + len(name)
        else:
            out.append({"\\\\": "\\\\", "\\$": "$", "$$": "$", "$(": "$("}[token[0]])
            at = token.end()
    return "".join(out), at


def _name(line: str, at: int) -> str:
    match = _NAME.match(line, at)
    if match is None:
        raise Unsubstituted(f"no name follows the $ in {line.strip()!r}")
    return match[0]


def _braced(line: str, at: int) -> tuple[str, int]:
    name = _name(line, at)
    at += len(name)
    value = os.environ.get(name)
    if line.startswith("}", at):
        return value or "", at + 1
    bounds = _BOUNDS.match(line, at)
    if bounds:
        return _slice(value or "", int(bounds[1]), bounds[2]), bounds.end()
    operator = next((o for o in (":-", "-", "?") if line.startswith(o, at)), "")
    if not operator:
        raise Unsubstituted(f"${{{name} is not understood in {line.strip()!r}")
    otherwise, at = _expression(line, at + len(operator), stop="}")
    if not line.startswith("}", at):
        raise Unsubstituted(f"${{{name} is not closed in {line.strip()!r}")
    if operator == "?" and value is None:
        raise Unsubstituted(f"${name}: {otherwise or 'not set'}")
    is_missing = not value if operator == ":-" else value is None
    return otherwise if is_missing else value or "", at + 1


def _slice(value: str, offset: int, length: str | None) -> str:
    """Return a part of a value, counted in bytes."""
    raw = value.encode()
    start = max(len(raw) + offset, 0) if offset < 0 else offset
    size = len(raw) if length is None else int(length)
    end = len(raw) + size if size < 0 else start + size
    return raw[start:end].decode(errors="replace")

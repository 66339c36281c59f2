"""contract.toml as its author wrote it: statements, and the comments that stand before and behind them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A headline, or a key with its value."""

    path: Path
    """All keys down to it."""
    header: Path
    """The headline under which it stands; of a headline, itself."""
    leading: tuple[str, ...]
    """Comments and blank lines before it."""
    source: tuple[str, ...]
    value: object = None
    written: str = ""
    """The value and what is said behind it, as they stand."""
    comment: str = ""
    """What is said behind it."""

    @property
    def is_headline(self) -> bool:
        """Whether it opens a table."""
        return self.path == self.header


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, statement by statement."""

    statements: tuple[Statement, ...]
    trailing: tuple[str, ...]
    """Comments after the last one."""


def read_source(text: str) -> Source:
    """Return the statements of a file that is valid TOML."""
    lines = text.removesuffix("\n").split("\n") if text else []
    found: list[Statement] = []
    leading: list[str] = []
    header: Path = ()
    position = 0
    while position < len(lines):
        line = lines[position].strip()
        if not line or line.startswith("#"):
            leading.append(lines[position])
            position += 1
            continue
        end = position + 1 if line.startswith("[") else _end(lines, position)
        source = lines[position:end]
        header = _keys(tomllib.loads(line)) if line.startswith("[") else header
        found.append(_statement(header, tuple(leading), source))
        leading, position = [], end
    return Source(statements=tuple(found), trailing=tuple(leading))


def _end(lines: list[str], start: int) -> int:
    """Return where a statement ends: it is TOML by itself then, and not before."""
    for end in range(start + 1, len(lines) + 1):
        is_closed = end == start + 1 or any(mark in lines[end - 1] for mark in ("'''", '"""', "]", "}"))
        if is_closed and _parsed("\n".join(lines[start:end])) is not None:
            return end
    raise ValueError(f"line {start + 1} is no statement of TOML")


def _statement(header: Path, leading: tuple[str, ...], source: list[str]) -> Statement:
    *above, last = source
    comment = ""
    whole = _parsed("\n".join(source))
    for start in (place for place, letter in enumerate(last) if letter == "#"):
        if _parsed("\n".join([*above, last[:start]])) == whole:
            comment = last[start:].rstrip()
            break
    if source[0].lstrip().startswith("["):
        return Statement(path=header, header=header, leading=leading, source=tuple(source), comment=comment)
    keys, written = _key_of("\n".join(source))
    value: Any = whole
    for key in keys:
        value = value[key]
    return Statement(
        path=header + keys, header=header, leading=leading, source=tuple(source), value=value, written=written,
        comment=comment,
    )  # fmt: skip


def _key_of(statement: str) -> tuple[Path, str]:
    """Return the key of a statement, and what stands behind the equals sign."""
    for place in (place for place, letter in enumerate(statement) if letter == "="):
        key = _parsed(f"{statement[:place]}={{}}")
        if key is not None:
            return _keys(key), statement[place + 1 :].strip()
    raise ValueError(f"{statement!r} has no key")


def _keys(nested: Mapping[str, Any]) -> Path:
    """Return the keys down to an empty table."""
    keys: list[str] = []
    while nested:
        ((key, nested),) = nested.items()
        keys.append(key)
    return tuple(keys)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def comments(lines: tuple[str, ...]) -> list[str]:
    """Return comments without the blank lines around them."""
    kept = list(lines)
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept

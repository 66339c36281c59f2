"""Names that PostgreSQL chooses for what a statement leaves unnamed (``makeObjectName``, ``ChooseIndexName``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

NAME_BYTES = 63
"""The length of a name (NAMEDATALEN without its terminator)."""

_ENDING = re.compile(r"_(pkey|key|excl|idx|fkey|check|seq|not_null|stat)([0-9]*)$")


def clip(name: bytes, length: int) -> str:
    """Return as many whole characters as ``length`` bytes hold."""
    return name[:length].decode(errors="ignore")


def chosen(table: str, addition: str, label: str) -> str:
    """Return ``table_addition_label``, the longer of the first two cut until it fits."""
    first, second = table.encode(), addition.encode()
    room = NAME_BYTES - len(label.encode()) - 1 - (1 if second else 0)
    a, b = len(first), len(second)
    while a + b > room:
        if a > b:
            a -= 1
        else:
            b -= 1
    return "_".join(part for part in (clip(first, a), clip(second, b), label) if part)


def addition(columns: Sequence[str]) -> str:
    """Return the columns' part of a name: joined, until that is long enough."""
    joined = b""
    for column in columns:
        if joined:
            joined += b"_"
        joined += column.encode()
        if len(joined) > NAME_BYTES:
            break
    return joined.decode()


def distinct(columns: Sequence[str]) -> list[str]:
    """Return the names of an index' attributes: those of its columns, with a number where one comes again."""
    names: list[str] = []
    for column in columns:
        name, number = column, 0
        while name in names:
            number += 1
            name = clip(column.encode(), NAME_BYTES - len(str(number))) + str(number)
        names.append(name)
    return names


def is_generated(name: str, label: str, table: str, columns: Sequence[str] = ()) -> bool:
    """Whether the server would have chosen this name, or one with a number after it."""
    if name == "_".join((table, *columns, label)) and (len(name) * 4 <= NAME_BYTES or len(name.encode()) <= NAME_BYTES):
        return True
    found = _ENDING.search(name) if label in name else None
    if found is None or found[1] != label:
        return False
    return name == chosen(table, addition(columns), label + found[2])


def has_ending(name: str, label: str) -> bool:
    """Whether a name ends as those that the server chooses, whatever comes before (copies on partitions)."""
    found = _ENDING.search(name)
    return found is not None and found[1] == label

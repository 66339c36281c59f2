"""What is agreed on about one object: a block of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pgproof.catalog.catalog import FIELDS
from pgproof.catalog.model import Grant

Text = str | tuple[str, ...]
"""SQL's own words; a list of them where an object is one (the labels of an enum)."""

Key = tuple[str, str]
"""Kind and identity of a block."""

PARTS = (
    "partition", "column", "constraint", "index", "statistics", "trigger", "rule", "policy", "grant", "revoke",
    "comment",
)  # fmt: skip
"""The lines that stand in the block of a table, view or type: one for each object that belongs to it."""

SECTIONS: Mapping[str, str] = {
    kind.kind: name for kind, name in FIELDS.items() if kind.kind not in PARTS or kind is Grant
}
"""The kind of a block → the table of the file that holds such blocks. Grants: those on what has no block."""

_ABOUT = {"grant": "to", "revoke": "from", "comment": "on"}
_SCHEMA = re.compile(r'(?:"(?:[^"]|"")*"|[^".]+)\.')


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One object with all that belongs to it. Names are written as SQL would."""

    kind: str
    identity: str
    own: Mapping[str, Text] = field(default_factory=dict)
    """Properties that are not what they are by default."""
    parts: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    """Part → name within the block → its definition."""
    chosen: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    """Part and name of what the server named; known where the block was made from a catalog."""

    @property
    def key(self) -> Key:
        """What a block is found by."""
        return self.kind, self.identity

    @property
    def size(self) -> int:
        """How many lines it has, its headline included."""
        return 1 + len(self.own) + sum(map(len, self.parts.values()))

    def identity_of(self, part: str, name: str) -> str:
        """Return the qualified name of what one line is about."""
        if part == "partition":
            return name
        if part == "index":
            return schema_of(self.identity) + name
        if part == "statistics":  # may lie in another schema than their table
            return name
        if part in _ABOUT:
            return f"{self.kind} {self.identity} {_ABOUT[part]} {name}"
        return f"{self.identity}.{name}"


Blocks = Mapping[Key, Block]
"""Blocks by kind and identity, in the order of the file."""


def schema_of(identity: str) -> str:
    """Return the schema of a qualified name, with its dot."""
    found = _SCHEMA.match(identity)
    return found[0] if found else ""


def partitions(blocks: Iterable[Block]) -> dict[str, str]:
    """Return the table that each partition belongs to."""
    return {name: block.identity for block in blocks for name in block.parts.get("partition", ())}

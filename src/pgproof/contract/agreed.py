"""What is agreed on about one subject of a check, and what came of comparing it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgproof.catalog.contract.block import Block, Blocks, Key, partitions
from pgproof.contract.bounds import RowBounds
from pgproof.contract.compare import Disagreement, disagreements
from pgproof.contract.contract import Contract

_KINDS: Mapping[str, str] = {"partition": "table", "revoke": "grant"}
"""The kind of object that a part is, where it is not called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One subject of a contract."""

    identity: str
    size: int
    """How many objects or lines were compared."""
    differences: tuple[Disagreement, ...] = ()


class Comparison:
    """A contract beside the schema that the migrations make."""

    def __init__(self, contract: Contract, found: Blocks) -> None:
        self._contract = contract
        self._found = found
        self._roots = {**partitions(found.values()), **partitions(contract.schema.values())}
        self._by_subject: defaultdict[tuple[str, str], list[Disagreement]] = defaultdict(list)
        for one in disagreements(contract.schema, found):
            self._by_subject[self._subject(one)].append(one)

    def tables(self) -> list[Agreed]:
        """Return the tables that the contract names; partitions report under theirs."""
        sizes: Counter[str] = Counter()
        for block in self._contract.schema.values():
            if block.kind == "table":
                sizes[self._root(block.identity)] += block.size
        return [self._agreed("table", name, size) for name, size in sizes.items()]

    def parts(self, part: str) -> list[Agreed]:
        """Return the constraints or indexes that the contract names, of tables that are there."""
        there = self._found.keys() | {("table", name) for name in partitions(self._found.values())}
        blocks = (block for key, block in self._contract.schema.items() if key in there)
        return [
            self._agreed(part, block.identity_of(part, name), 1)
            for block in blocks
            for name in block.parts.get(part, ())
        ]

    def kinds(self) -> list[Agreed]:
        """Return the kinds of which the contract or the database has objects."""
        sizes = _sizes(self._found.values())
        declared = _sizes(self._contract.schema.values())
        order = [kind for kind in (*declared, *sizes) if kind != "comment"]
        return [self._agreed("kind", kind, max(sizes[kind], declared[kind])) for kind in dict.fromkeys(order)]

    def rows(self) -> list[RowBounds]:
        """Return the tables whose rows are counted."""
        return list(self._contract.rows.values())

    def _agreed(self, kind: str, identity: str, size: int) -> Agreed:
        return Agreed(identity=identity, size=size, differences=tuple(self._by_subject[kind, identity]))

    def _subject(self, one: Disagreement) -> Key:
        """Return the kind and name under which a difference is reported."""
        kind, block = _KINDS.get(one.kind, one.kind), one.block
        if one.what == "undeclared":
            return "kind", kind
        if kind in {"constraint", "index"}:
            return kind, one.identity
        return ("table", self._root(block[1])) if block[0] == "table" else ("kind", block[0])

    def _root(self, table: str) -> str:
        while table in self._roots:
            table = self._roots[table]
        return table


def _sizes(blocks: Iterable[Block]) -> Counter[str]:
    found: Counter[str] = Counter()
    for block in blocks:
        found[block.kind] += 1
        for part, lines in block.parts.items():
            found[_KINDS.get(part, part)] += len(lines)
    return found

"""From a catalog to blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.contract import words
from pgproof.catalog.contract.block import PARTS, SECTIONS, Block, Blocks, Key, Text, schema_of
from pgproof.catalog.contract.grants import Place, placed, whole_name
from pgproof.catalog.contract.properties import properties
from pgproof.catalog.model import Object, Rule, Table, Trigger


def blocks_of(catalog: Catalog, *, migrator: str) -> Blocks:
    """Return the blocks of a catalog, in the order of the file.

    Nothing is said of the owner of what belongs to the role that migrates, nor of what a partition has from its table.
    """
    drafts = _Drafts(catalog, migrator)
    drafts.add_objects()
    drafts.add_columns()
    drafts.add_constraints()
    drafts.add_indexes()
    drafts.add_attached()
    drafts.add_grants()
    return drafts.blocks()


@dataclass(slots=True)
class _Draft:
    own: dict[str, Text] = field(default_factory=dict)
    parts: defaultdict[str, dict[str, Text]] = field(default_factory=lambda: defaultdict(dict))
    chosen: set[tuple[str, str]] = field(default_factory=set)


class _Drafts:
    """The blocks of one catalog in the making."""

    def __init__(self, catalog: Catalog, migrator: str) -> None:
        self._catalog = catalog
        self._migrator = migrator
        self._drafts: dict[Key, _Draft] = {}
        self._places: dict[str, Place] = {}
        self._keys: dict[str, Key] = {}
        """The block of a relation or type by its identity: there they are of one name space."""
        columns = {column.identity: column for column in catalog.columns}
        owned = ((s, columns.get(s.owned_by)) for s in catalog.sequences)
        self._implied = {s.owned_by: s for s, column in owned if column is not None and words.is_implied(column, s)}

    def add_objects(self) -> None:
        """Open a block for each object that has one."""
        implied = {sequence.identity for sequence in self._implied.values()}
        for kind, name in FIELDS.items():
            if kind.kind in SECTIONS and kind.kind != "grant":
                for thing in getattr(self._catalog, name):
                    if kind.kind != "sequence" or thing.identity not in implied:
                        self._open(thing)
        for table in self._catalog.tables:
            if table.partition_of:
                self._put(table.partition_of, "partition", table.identity, table.partition_bound)

    def _open(self, thing: Object) -> None:
        key = (thing.kind, thing.identity)
        self._drafts[key] = draft = _Draft(own=properties(thing, self._migrator))
        if thing.comment:
            draft.parts["comment"][thing.kind] = thing.comment
        self._places[f"{thing.kind} {thing.identity}"] = key, ""
        if thing.kind in {"table", "view", "type", "sequence"}:
            self._keys[thing.identity] = key

    def _put(self, owner: str, part: str, name: str, text: Text, comment: str = "") -> _Draft:
        draft = self._of(owner)
        draft.parts[part][name] = text
        if comment:
            draft.parts["comment"][f"{part} {name}"] = comment
        return draft

    def _of(self, owner: str) -> _Draft:
        """Return the draft of a relation or type; what hangs on an extension's own has nothing else to stand in."""
        return self._drafts.setdefault(self._keys.setdefault(owner, ("table", owner)), _Draft())

    def add_columns(self) -> None:
        """Add the columns; what their words imply is not said again."""
        for column in self._catalog.columns:
            name = column.identity[len(column.table) + 1 :]
            sequence = self._implied.get(column.identity)
            draft = self._put(column.table, "column", name, words.column_words(column, sequence), column.comment)
            self._places[f"column {column.identity}"] = self._keys[column.table], name
            if sequence is not None:
                self._places[f"sequence {sequence.identity}"] = self._keys[column.table], f"sequence of {name}"
                if sequence.comment:
                    draft.parts["comment"][f"sequence of {name}"] = sequence.comment

    def add_constraints(self) -> None:
        """Add the constraints that are not inherited."""
        enforcing = {index.identity: index for index in self._catalog.indexes}
        for one in self._catalog.constraints:
            if not one.inherited_from:
                name = one.identity[len(one.table) + 1 :]
                text = words.constraint_words(one, enforcing.get(one.index))
                draft = self._put(one.table, "constraint", name, text, one.comment)
                if one.is_name_generated:
                    draft.chosen.add(("constraint", name))

    def add_indexes(self) -> None:
        """Add the indexes that no constraint stands for, and what tables say about theirs."""
        for index in self._catalog.indexes:
            name = index.identity[len(schema_of(index.identity)) :]
            draft = self._of(index.table)
            if index.is_replica_identity:
                draft.own["replica_identity"] = f"USING INDEX {name}"
            if index.is_clustered:
                draft.own["cluster_on"] = name
            if index.partition_of or index.constraint:
                continue
            self._put(index.table, "index", name, words.index_words(index), index.comment)
            if index.is_name_generated:
                draft.chosen.add(("index", name))

    def add_attached(self) -> None:
        """Add triggers, rules, statistics and policies."""
        firing: tuple[Trigger | Rule, ...] = (*self._catalog.triggers, *self._catalog.rules)
        for one in firing:
            self._put(one.table, one.kind, one.identity[len(one.table) + 1 :], words.trigger_words(one), one.comment)
        for some in self._catalog.statistics:
            text = words.statistics_words(some, self._migrator)
            draft = self._put(some.table, "statistics", some.identity, text, some.comment)
            if some.is_name_generated:
                draft.chosen.add(("statistics", some.identity))
        for policy in self._catalog.policies:
            name = policy.identity[len(policy.table) + 1 :]
            self._put(policy.table, "policy", name, words.policy_words(policy), policy.comment)

    def add_grants(self) -> None:
        """Add grants to what they are on; those on what has no block stand alone."""
        for grant in self._catalog.grants:
            part = "revoke" if grant.is_revoked else "grant"
            text = ", ".join(grant.privileges)
            found = placed(grant, self._places, self._migrator)
            if found is None:
                self._drafts["grant", whole_name(grant, self._migrator)] = _Draft(own={"privileges": text})
            else:
                (key, member), grantee = found
                self._drafts[key].parts[part][f"{grantee} ({member})" if member else grantee] = text

    def blocks(self) -> Blocks:
        """Return the blocks; those of partitions where these have something of their own."""
        whole = {
            (kind, identity): Block(
                kind=kind,
                identity=identity,
                own=draft.own,
                parts={part: dict(sorted(draft.parts[part].items())) for part in PARTS if part in draft.parts},
                chosen=frozenset(draft.chosen),
            )
            for (kind, identity), draft in sorted(self._drafts.items(), key=lambda item: _rank(item[0]))
        }
        parents = {table.identity: table for table in self._catalog.tables if table.partition_of}
        said = {key: block for key, block in whole.items() if key[0] != "database" or block.size > 1}
        return dict(_own_blocks(said, parents))


def _rank(key: Key) -> tuple[int, str]:
    return list(SECTIONS).index(key[0]), key[1]


def _own_blocks(whole: Blocks, partitions: Mapping[str, Table]) -> Iterator[tuple[Key, Block]]:
    for key, block in whole.items():
        partition = partitions.get(block.identity) if block.kind == "table" else None
        if partition is None:
            yield key, block
            continue
        own = _without_inherited(block, whole["table", partition.partition_of])
        if own.own or own.parts:
            yield key, own


def _without_inherited(block: Block, parent: Block) -> Block:
    """Return the block of a partition without the lines that are its table's."""
    parts: dict[str, Mapping[str, Text]] = {}
    for part, lines in block.parts.items():
        theirs = parent.parts.get(part, {}) if part in {"column", "trigger"} else {}
        kept = {name: text for name, text in lines.items() if text not in _inherited(theirs.get(name), parent, block)}
        if kept:
            parts[part] = kept
    own = {name: text for name, text in block.own.items() if name != "owner" or text != parent.own.get("owner")}
    return replace(block, own=own, parts=parts)


def _inherited(text: Text | None, parent: Block, block: Block) -> tuple[Text | None, ...]:
    """Return how a line of a table may stand with its partition: as it is, or about the partition (a trigger)."""
    about = text.replace(f" ON {parent.identity} ", f" ON {block.identity} ", 1) if isinstance(text, str) else None
    return text, about

"""Which tables a transaction may have changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.data.image import Mark, Relation, TableImage
from pgproof.data.reading import Reading, Row, filled


@dataclass(frozen=True, slots=True)
class Touched:
    """The tables whose image may be out of date, those that came or went included: never too few."""

    oids: frozenset[int]
    reshaped: frozenset[int] | None = None
    """Those of them whose columns or keys may be others; None: all."""
    relations: Mapping[int, Relation] | None = None
    """All tables that there are now; None: not asked."""


def touched(
    connection: psycopg.Connection[Any], baseline: Mapping[int, TableImage], *, exclude: Collection[str] = ()
) -> Touched:
    """Return the tables that may no longer be as ``baseline`` shows them.

    To be asked inside the transaction that changes them, behind savepoints and after ROLLBACK TO as you like.
    ``baseline`` was read in this transaction, or shows the state in which this transaction began. (A baseline that
    was read in this session before BEGIN was read by ``read_images``, which makes the server forget its counts.)
    """
    with Reading(connection) as reading:
        found = relations(*reading.ask(ask_relations(exclude), last=True))
    moved = {oid for oid in baseline if oid not in found}
    reshaped = set()
    for relation in found.values():
        image = baseline.get(relation.oid)
        if image is None or _is_reshaped(image, relation):
            reshaped.add(relation.oid)
        elif _is_written(image, relation):
            moved.add(relation.oid)
    return Touched(frozenset(moved | reshaped), frozenset(reshaped), found)


def ask_relations(exclude: Collection[str]) -> str:
    """Return the statements whose answers ``relations`` understands."""
    return filled("relations", exclude=sorted(exclude))


def relations(transaction: list[Row], tables: list[Row], written: list[Row]) -> dict[int, Relation]:
    """Return all tables by oid, each with its mark."""
    catalog: dict[int, set[str]] = {}
    for relid, what in written:
        catalog.setdefault(int(relid or 0), set()).add(what or "")
    now = transaction[0][0] or ""
    types = frozenset(catalog.get(0, ()))
    found = {}
    for number, identity, is_partitioned, file, tuples, partitions, indexes in tables:
        oid = int(number or 0)
        found[oid] = Relation(
            oid=oid,
            identity=identity or "",
            is_partitioned=is_partitioned == "t",
            relfilenode=int(file or 0),
            partitions=frozenset(map(int, partitions.split(","))) if partitions else frozenset(),
            indexes=indexes or "",
            written=int(tuples or 0),
            mark=Mark(now, frozenset(catalog.get(oid, ())), types),
        )
    return found


def _is_reshaped(image: TableImage, relation: Relation) -> bool:
    """Tell whether columns, keys or names may be others than the image's."""
    then, now = image.mark, relation.mark
    # Catalog rows of an earlier transaction are nobody's news: only what this one wrote is listed.
    known = then if then.transaction == now.transaction else Mark(now.transaction, frozenset(), frozenset())
    return (
        image.identity != relation.identity
        or image.partitions != relation.partitions
        or image.indexes != relation.indexes
        or known.catalog != now.catalog
        or (known.types != now.types and image.has_user_types)
    )


def _is_written(image: TableImage, relation: Relation) -> bool:
    """Tell whether rows may be others than the image's."""
    # Tuples once written are counted for good, so nothing tells whether a savepoint has taken them back since.
    # A table that this transaction made or rewrote is emptied in place by TRUNCATE, which takes back its count.
    is_own = any(what.startswith("class ") for what in relation.mark.catalog)
    return image.relfilenode != relation.relfilenode or relation.written > 0 or is_own

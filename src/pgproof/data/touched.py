"""Which tables a transaction may have changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.data.image import Mark, Relation, TableImage
from pgproof.data.reading import Reading, Row, statement

RELATIONS = statement("relations")
"""The statements whose answers ``relations`` understands."""


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
        found = relations(exclude, *reading.ask(RELATIONS, last=True))
    moved = {oid for oid in baseline if oid not in found}
    reshaped = set()
    for relation in found.values():
        image = baseline.get(relation.oid)
        if image is None or _is_reshaped(image, relation):
            reshaped.add(relation.oid)
        elif _is_written(image, relation):
            moved.add(relation.oid)
    return Touched(frozenset(moved | reshaped), frozenset(reshaped), found)


def relations(
    exclude: Collection[str], session: list[Row], tables: list[Row], written: list[Row]
) -> dict[int, Relation]:
    """Return all tables by oid, each with its mark and with what its partitions add."""
    [(transaction, has_written_indexes)] = session
    roots = {int(row[0] or 0): int(row[1] or 0) for row in tables}
    catalog: dict[int, set[str]] = {}
    indexes: dict[int, set[str]] = {}
    for relid, kind, what in written:
        oid = int(relid or 0)
        if kind == "unique":
            indexes.setdefault(oid, set()).add(what or "")
        else:
            catalog.setdefault(roots.get(oid, oid), set()).add(f"{kind} {what}")
    types = frozenset(catalog.get(0, ()))
    families: dict[int, list[Row]] = {}
    for row in tables:
        families.setdefault(roots[int(row[0] or 0)], []).append(row)
    found = {}
    for number, root, identity, is_partitioned, _, _ in tables:
        oid = int(number or 0)
        if number != root or identity in exclude:
            continue
        family = families[oid]
        found[oid] = Relation(
            oid=oid,
            identity=identity or "",
            is_partitioned=is_partitioned == "t",
            relfilenode=_file(family),
            partitions=frozenset(int(row[0] or 0) for row in family) - {oid},
            indexes=frozenset(indexes.get(oid, ())) if has_written_indexes == "t" else None,
            written=sum(int(row[5] or 0) for row in family),
            mark=Mark(transaction or "", frozenset(catalog.get(oid, ())), types),
        )
    return found


def _file(family: list[Row]) -> int:
    files = tuple((int(row[0] or 0), int(row[4] or 0)) for row in family)
    return files[0][1] if len(files) == 1 else hash(files)


def _is_reshaped(image: TableImage, relation: Relation) -> bool:
    """Tell whether columns, keys or names may be others than the image's."""
    then, now = image.mark, relation.mark
    # Catalog rows of an earlier transaction are nobody's news: only what this one wrote is listed.
    known = then if then.transaction == now.transaction else Mark(now.transaction, frozenset(), frozenset())
    return (
        image.identity != relation.identity
        or image.partitions != relation.partitions
        or relation.indexes not in (None, image.indexes)
        or known.catalog != now.catalog
        or (known.types != now.types and image.has_user_types)
    )


def _is_written(image: TableImage, relation: Relation) -> bool:
    """Tell whether rows may be others than the image's."""
    # Tuples once written are counted for good, so nothing tells whether a savepoint has taken them back since.
    # A table that this transaction made or rewrote is emptied in place by TRUNCATE, which takes back its count.
    is_own = any(what.startswith("class ") for what in relation.mark.catalog)
    return image.relfilenode != relation.relfilenode or relation.written > 0 or is_own

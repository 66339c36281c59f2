"""Which tables a transaction may have changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult

from pgproof.catalog.inquiry import Inquiry, Round, inquire
from pgproof.catalog.marks import Marks, question
from pgproof.catalog.session import Rows
from pgproof.catalog.statements import Prepared
from pgproof.data.image import Mark, Relation, TableImage
from pgproof.data.reading import Row, prepared, texts

_NOBODY: frozenset[int] = frozenset()


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
    return inquire(connection, _asked(baseline, exclude))


def _asked(baseline: Mapping[int, TableImage], exclude: Collection[str]) -> Inquiry[Touched]:
    told = yield Round(questions(), is_last=True)
    return moved(baseline, told_relations(told, exclude))


def questions() -> list[Prepared]:
    """Return the questions whose answers ``told_relations`` understands."""
    return [question(whole=True), *prepared("relations")]


def told_relations(told: Sequence[PGresult], exclude: Collection[str]) -> dict[int, Relation]:
    """Return all tables by oid."""
    return relations(Marks.told(Rows.of(told[0])), texts(told[1]), exclude)


def moved(baseline: Mapping[int, TableImage], found: Mapping[int, Relation]) -> Touched:
    """Return the tables that may no longer be as ``baseline`` shows them, given those that there are now."""
    moved = {oid for oid in baseline if oid not in found}
    reshaped = set()
    for oid, relation in found.items():
        image = baseline.get(oid)
        if image is None or _is_reshaped(image, relation):
            reshaped.add(oid)
        elif _is_written(image, relation):
            moved.add(oid)
    return Touched(frozenset(moved | reshaped), frozenset(reshaped), found)


def relations(marks: Marks, tables: list[Row], exclude: Collection[str]) -> dict[int, Relation]:
    """Return all tables by oid, each with its mark and with what its partitions add."""
    numbers = [int(row[0] or 0) for row in tables]
    types = marks.of_types()
    declared = [Mark((facts,), types) for facts in marks.of_columns(numbers)]
    found: dict[int, Relation] = {}
    families: dict[str | None, list[tuple[Row, Mark]]] = {}
    for oid, row, mark in zip(numbers, tables, declared, strict=True):
        number, root, identity, is_partitioned, file, written, is_own = row
        if number != root or is_partitioned == "t":
            families.setdefault(root, []).append((row, mark))
        elif identity not in exclude:
            found[oid] = Relation(
                oid=oid,
                identity=identity or "",
                is_partitioned=False,
                relfilenode=int(file or 0),
                partitions=_NOBODY,
                written=int(written or 0),
                is_own=is_own == "t",
                mark=mark,
            )
    for members in families.values():
        top = next((row for row, _ in members if row[0] == row[1] and row[2] not in exclude), None)
        if top is not None:
            family = _family(top, members)
            found[family.oid] = family
    return found


def _family(root: Row, members: list[tuple[Row, Mark]]) -> Relation:
    """Return a partitioned table with all its partitions."""
    rows = [row for row, _ in members]
    oids = [int(row[0] or 0) for row in rows]
    return Relation(
        oid=int(root[0] or 0),
        identity=root[2] or "",
        is_partitioned=True,
        relfilenode=hash(tuple((oid, int(row[4] or 0)) for oid, row in zip(oids, rows, strict=True))),
        partitions=frozenset(oids) - {int(root[0] or 0)},
        written=sum(int(row[5] or 0) for row in rows),
        is_own=any(row[6] == "t" for row in rows),
        mark=Mark(tuple(mark.columns for _, mark in members), members[0][1].types),
    )


def _is_reshaped(image: TableImage, relation: Relation) -> bool:
    """Tell whether columns, keys or names may be others than the image's."""
    return (
        image.identity != relation.identity  # a schema may have been renamed
        or image.mark.columns != relation.mark.columns
        or image.partitions != relation.partitions
        or (image.mark.types != relation.mark.types and image.has_user_types)
    )


def _is_written(image: TableImage, relation: Relation) -> bool:
    """Tell whether rows may be others than the image's."""
    # Tuples once written are counted for good, so nothing tells whether a savepoint has taken them back since.
    # A table that this transaction made or rewrote is emptied in place by TRUNCATE, which takes back its count.
    return image.relfilenode != relation.relfilenode or relation.written > 0 or relation.is_own

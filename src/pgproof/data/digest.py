"""What tables hold, at one moment: rows as text, or digests by key where they are many."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

import psycopg

from pgproof.data.image import Digest, ImageColumn, Relation, TableImage
from pgproof.data.reading import Reading, Row, filled
from pgproof.data.touched import RELATIONS, Touched, relations, touched

__all__ = ["LIMIT", "TableImage", "Touched", "read_images", "touched"]

LIMIT = 5_000
"""Tables with more rows are compared by digests alone."""
_FORGETS = 150_000
"""The first version whose sessions can be told to hand in their counts of tuples at once."""


def read_images(
    connection: psycopg.Connection[Any],
    *,
    exclude: Collection[str] = (),
    previous: Mapping[int, TableImage] | None = None,
    touched: Touched | None = None,
    limit: int = LIMIT,
) -> dict[int, TableImage]:
    """Return the image of every table by oid: no foreign or temporary table, none of an extension, none of ``exclude``.

    With ``previous`` and ``touched`` only touched tables are read, and the other images are kept. ``exclude`` holds
    identities. One round trip for declarations, one for rows, one more where a table has more rows than ``limit``.
    """
    if previous is None or touched is None:
        previous, touched = {}, None
    elif not touched.oids:
        return dict(previous)
    with Reading(connection) as reading:
        images = _with_rows(reading, _declared(reading, exclude, previous, touched), limit)
    kept = {} if touched is None else {oid: i for oid, i in previous.items() if oid not in touched.oids}
    return kept | images


class _Shape(NamedTuple):
    """What a table declares, as far as it matters for comparing rows."""

    columns: dict[int, ImageColumn]
    quoted: tuple[str, ...]
    keys: tuple[tuple[int, ...], ...]
    indexes: frozenset[str]


def _declared(
    reading: Reading, exclude: Collection[str], previous: Mapping[int, TableImage], moved: Touched | None
) -> list[TableImage]:
    """Return the images to be read, still without rows."""
    known = {} if moved is None or moved.relations is None else dict(moved.relations)
    reshaped = None if moved is None else moved.oids if moved.reshaped is None else moved.reshaped
    questions = [] if known else [RELATIONS]
    if reshaped is None or reshaped:
        questions.append(filled("shapes", tables=None if reshaped is None else sorted(reshaped)))
    if reading.is_alone and reading.server_version >= _FORGETS:
        questions.append("SELECT pg_stat_force_next_flush()")
    answers = reading.ask(*questions) if questions else []
    if not known:
        known = relations(exclude, *answers[:3])
        answers = answers[3:]
    shapes = _shapes(*answers[:2]) if reshaped is None or reshaped else {}
    wanted = known if moved is None else {oid: known[oid] for oid in sorted(moved.oids) if oid in known}
    images = []
    for oid, relation in wanted.items():
        if reshaped is None or oid in reshaped:
            images.append(_shaped(relation, shapes.get(oid) or _Shape({}, (), (), frozenset())))
        else:
            images.append(replace(previous[oid], relfilenode=relation.relfilenode, mark=relation.mark))
    return images


def _shapes(columns: list[Row], indexes: list[Row]) -> dict[int, _Shape]:
    found: dict[int, _Shape] = {}
    rows = {relid: list(those) for relid, those in groupby(columns, key=lambda row: row[0])}
    keys = {relid: list(those) for relid, those in groupby(indexes, key=lambda row: row[0])}
    for relid, those in rows.items():
        holds_no_null = {row[1] for row in those if row[6] == "t"}
        uniques = []
        for _, attnums, width, is_for_all, _ in keys.get(relid, ()):
            key = (attnums or "").split()[: int(width or 0)]
            if is_for_all == "t" and holds_no_null.issuperset(key):
                uniques.append(tuple(map(int, key)))
        found[int(relid or 0)] = _Shape(
            {
                int(row[1] or 0): ImageColumn(row[2] or "", row[3] or "", int(row[4] or 0), int(row[5] or 0))
                for row in those
            },
            tuple(row[7] or "" for row in those),
            tuple(uniques),
            frozenset(row[4] or "" for row in keys.get(relid, ())),
        )
    return found


def _shaped(relation: Relation, shape: _Shape) -> TableImage:
    return TableImage(
        oid=relation.oid,
        identity=relation.identity,
        relfilenode=relation.relfilenode,
        columns=shape.columns,
        key=shape.keys[0] if shape.keys else (),
        uniques=shape.keys[1:],
        count=0,
        rows=(),
        is_partitioned=relation.is_partitioned,
        partitions=relation.partitions,
        indexes=shape.indexes,
        mark=relation.mark,
        quoted=shape.quoted,
    )


def _with_rows(reading: Reading, images: list[TableImage], limit: int) -> dict[int, TableImage]:
    """Return the images with what their tables hold."""
    if not images:
        return {}
    found = {}
    large = []
    # Inside a transaction of somebody else its end can go along: nothing changes before the digests are asked.
    answers = reading.ask(*(_rows_of(image, limit) for image in images), last=not reading.is_alone)
    for image, rows in zip(images, answers, strict=True):
        found[image.oid] = replace(image, count=len(rows), rows=tuple(rows), key_digest=0, digests={})
        if len(rows) > limit:
            large.append(image)
    for image, answer in zip(large, reading.ask(*map(_digests_of, large)) if large else [], strict=True):
        found[image.oid] = _digested(image, answer[0])
    return found


def _source(image: TableImage) -> str:
    return image.identity if image.is_partitioned else f"ONLY {image.identity}"


def _rows_of(image: TableImage, limit: int) -> str:
    # Without a cast: the server's own output, which casts to text may trim.
    return f"SELECT {', '.join(image.quoted)} FROM {_source(image)} LIMIT {limit + 1}"  # noqa: S608 - names as the server quotes them


def _digests_of(image: TableImage) -> str:
    """Return the statement for ``_digested``: the sum over keys, then of each column its count and keyed sum.

    The key is the seed, so that values exchanged between rows do not cancel out.
    """
    names = dict(zip(image.columns, image.quoted, strict=True))
    if image.key:
        key = f'hashtextextended(ROW({", ".join(names[attnum] for attnum in image.key)})::text COLLATE "C", 0)'
        seed = "k.hash"
    else:
        key = 'hashtextextended("whole row"::text COLLATE "C", 0)'
        seed = "0"
    columns = "".join(
        f', count({name}), sum(hashtextextended({name}::text COLLATE "C", {seed}))' for name in image.quoted
    )
    source = f'{_source(image)} AS "whole row"'
    return f"SELECT count(*), sum(k.hash){columns} FROM {source}, LATERAL (SELECT {key} AS hash) k"  # noqa: S608 - as above


def _digested(image: TableImage, answer: Row) -> TableImage:
    count, keys, *pairs = (int(value or 0) for value in answer)
    columns = zip(image.columns, pairs[::2], pairs[1::2], strict=True)
    digests = {attnum: Digest(values, total) for attnum, values, total in columns}
    return replace(image, count=count, rows=None, key_digest=keys, digests=digests)

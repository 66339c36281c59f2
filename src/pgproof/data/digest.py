"""What tables hold, at one moment: rows as text, or digests by key where they are many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGresult

from pgproof.catalog.inquiry import Inquiry, Round, inquire
from pgproof.catalog.statements import Prepared
from pgproof.data.image import Digest, ImageColumn, Relation, TableImage
from pgproof.data.reading import Row, prepared, texts
from pgproof.data.touched import Touched, moved, questions, told_relations, touched

__all__ = ["LIMIT", "TableImage", "Touched", "again", "images", "read_images", "touched"]

LIMIT = 5_000
"""Tables with more rows are compared by digests alone."""
_FORGETS = 150_000
"""The first version whose sessions can be told to hand in their counts of tuples at once."""
_FORGET = "SELECT pg_stat_force_next_flush()"


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
    is_alone = connection.info.transaction_status == TransactionStatus.IDLE
    forgets = is_alone and connection.info.server_version >= _FORGETS
    if previous is None or touched is None:
        return inquire(connection, _everything(exclude, limit, forgets=forgets))
    return inquire(connection, again(previous, touched, limit, forgets=forgets, is_within=not is_alone))


def images(
    previous: Mapping[int, TableImage], found: Mapping[int, Relation], *, limit: int = LIMIT
) -> Inquiry[Mapping[int, TableImage]]:
    """Inquire after the image of every table inside the transaction that began at, or has seen, ``previous``.

    ``found`` are the tables that there are now.
    """
    touched = moved(previous, found)
    return (yield from again(previous, touched, limit, is_within=True)) if touched.oids else previous


class _Shape(NamedTuple):
    """What a table declares, as far as it matters for comparing rows."""

    columns: dict[int, ImageColumn]
    quoted: tuple[str, ...]
    keys: tuple[tuple[int, ...], ...]


def _everything(exclude: Collection[str], limit: int, *, forgets: bool) -> Inquiry[dict[int, TableImage]]:
    told = yield Round([*questions(), *_shapes_of(None), *([_FORGET] if forgets else [])])
    found = told_relations(told, exclude)
    shapes = _shapes(texts(told[2]), texts(told[3]))
    images = [_shaped(relation, shapes.get(oid) or _NONE) for oid, relation in found.items()]
    rows = (yield Round([_rows_of(relation, limit) for relation in found.values()])) if found else []
    return (yield from _held(images, rows, limit))


def again(
    previous: Mapping[int, TableImage], touched: Touched, limit: int, *, forgets: bool = False, is_within: bool
) -> Inquiry[dict[int, TableImage]]:
    """Inquire after the image of every table, reading those that were touched: of those that kept their shape the rows.

    Inside a transaction of somebody else (``is_within``) nothing changes between two readings.
    """
    known = touched.relations
    if known is None:
        known = told_relations((yield Round(questions())), ())
    wanted = [known[oid] for oid in sorted(touched.oids) if oid in known]
    reshaped = touched.oids if touched.reshaped is None else touched.reshaped
    declarations = _shapes_of(sorted(reshaped)) if reshaped else []
    rows = [_rows_of(relation, limit) for relation in wanted]
    answers = yield Round([*declarations, *rows, *([_FORGET] if forgets else [])], is_last=is_within)
    shapes = _shapes(*map(texts, answers[: len(declarations)])) if reshaped else {}
    images = [
        _shaped(relation, shapes.get(relation.oid) or _NONE)
        if relation.oid in reshaped
        else replace(previous[relation.oid], relfilenode=relation.relfilenode, mark=relation.mark)
        for relation in wanted
    ]
    read = yield from _held(images, answers[len(declarations) : len(declarations) + len(rows)], limit)
    return {oid: image for oid, image in previous.items() if oid not in touched.oids} | read


def _shapes_of(tables: list[int] | None) -> list[Prepared]:
    return prepared("shapes", ("oid[]", None if tables is None else "{" + ",".join(map(str, tables)) + "}"))


def _shapes(columns: list[Row], indexes: list[Row]) -> dict[int, _Shape]:
    found: dict[int, _Shape] = {}
    rows = {relid: list(those) for relid, those in groupby(columns, key=lambda row: row[0])}
    keys = {relid: list(those) for relid, those in groupby(indexes, key=lambda row: row[0])}
    for relid, those in rows.items():
        holds_no_null = {row[1] for row in those if row[6] == "t"}
        uniques = []
        for _, attnums, width, is_for_all in keys.get(relid, ()):
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
        )
    return found


_NONE = _Shape({}, (), ())


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
        mark=relation.mark,
        quoted=shape.quoted,
    )


def _held(images: list[TableImage], rows: Sequence[PGresult], limit: int) -> Inquiry[dict[int, TableImage]]:
    """Put into the images what their tables hold."""
    found = {}
    large = []
    for image, answer in zip(images, rows, strict=True):
        count = answer.ntuples
        held = tuple(texts(answer)) if count <= limit else None
        found[image.oid] = replace(image, count=count, rows=held, key_digest=0, digests={})
        if held is None:
            large.append(image)
    if large:
        for image, answer in zip(large, (yield Round([_digests_of(i) for i in large], is_last=True)), strict=True):
            found[image.oid] = _digested(image, texts(answer)[0])
    return found


def _source(table: TableImage | Relation) -> str:
    return table.identity if table.is_partitioned else f"ONLY {table.identity}"


def _rows_of(relation: Relation, limit: int) -> str:
    # Without a cast: the server's own output, which casts to text may trim.
    return f"SELECT * FROM {_source(relation)} LIMIT {limit + 1}"  # noqa: S608 - names as the server quotes them


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

"""The state of a database as the walk sees it: what it declares and what it holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.catalog.build import uncollected
from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import diff
from pgproof.catalog.inquiry import Inquiry, Round, inquire, together
from pgproof.catalog.marks import Marks
from pgproof.catalog.read import Snapshot, changes, opening, read
from pgproof.catalog.session import Rows
from pgproof.data.compare import compare, compare_by_name
from pgproof.data.digest import TableImage, Touched, again, images, read_images
from pgproof.data.reading import prepared, texts
from pgproof.data.touched import relations
from pgproof.walk.evidence import Difference


@dataclass(frozen=True, slots=True)
class State:
    """One moment of one database."""

    snapshot: Snapshot
    images: Mapping[int, TableImage]

    @property
    def catalog(self) -> Catalog:
        """What it declares."""
        return self.snapshot.catalog

    @property
    def rows(self) -> dict[str, int]:
        """Table → rows."""
        return {image.identity: image.count for image in self.images.values()}


@dataclass(frozen=True, slots=True)
class Observer:
    """Reads states; ``exclude`` (the tool's history table) is part of none of them."""

    exclude: frozenset[str]
    limit: int
    """Tables with more rows are compared by digest alone."""
    read_everything: bool = False
    """The check mode: every state is read whole."""

    def whole(self, connection: psycopg.Connection, since: State | None = None) -> State:
        """Return the state of a database in which nothing of a migration is under way."""
        known = None if since is None or self.read_everything else since.snapshot
        snapshot = read(connection, exclude=self.exclude, since=known)
        return State(snapshot, read_images(connection, exclude=self.exclude, limit=self.limit))

    def within(self, connection: psycopg.Connection, since: State) -> State:
        """Return the state inside the open transaction of a migration that began at ``since``."""
        if self.read_everything:
            return self.whole(connection)
        with uncollected():
            snapshot, held = inquire(connection, self._moment(connection, since))
        return State(snapshot or read(connection, exclude=self.exclude), held)

    def _moment(self, connection: psycopg.Connection, since: State) -> Inquiry[list[Any]]:
        told = yield Round([*opening(whole=False), *prepared("relations")])
        server, rows = (Rows.of(answer, connection) for answer in told[:2])
        marks = Marks.told(rows, since.snapshot.marks)
        found = relations(marks, texts(told[2]), self.exclude)
        return (
            yield from together(
                changes(connection, since.snapshot, marks, server, is_within=True),
                images(since.images, found, limit=self.limit),
            )
        )

    def refreshed(self, connection: psycopg.Connection, since: State, tables: Collection[str]) -> State:
        """Return ``since`` with the rows of these tables read again (the generator has filled them)."""
        if self.read_everything:
            return self.whole(connection)
        oids = frozenset(oid for oid, image in since.images.items() if image.identity in tables)
        return State(since.snapshot, inquire(connection, self._filled(since, oids)))

    def _filled(self, since: State, oids: frozenset[int]) -> Inquiry[Mapping[int, TableImage]]:
        (told,) = yield Round(prepared("relations"))
        found = relations(since.snapshot.marks, texts(told), self.exclude)
        return (yield from again(since.images, Touched(oids, frozenset(), found), self.limit, is_within=False))


def difference(before: State, after: State) -> Difference:
    """Return what a migration did: tables and columns are followed by their identity in the server first."""
    return Difference(schema=diff(before.catalog, after.catalog), rows=compare(before.images, after.images))


def repeated(expected: State, reached: State) -> Difference:
    """Return how a state differs from the one that it should equal; what was brought back goes by the same name."""
    rows = compare_by_name(expected.images, reached.images)
    return Difference(schema=diff(expected.catalog, reached.catalog), rows=rows)

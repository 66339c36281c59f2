"""The state of a database as the walk sees it: what it declares and what it holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import psycopg

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import diff
from pgproof.catalog.read import Snapshot, read
from pgproof.data.compare import compare, compare_by_name
from pgproof.data.digest import TableImage, Touched, read_images, touched
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
        snapshot = read(connection, exclude=self.exclude, since=since.snapshot)
        moved = touched(connection, since.images, exclude=self.exclude)
        return State(snapshot, self._images(connection, since, moved))

    def refreshed(self, connection: psycopg.Connection, since: State, tables: Collection[str]) -> State:
        """Return ``since`` with the rows of these tables read again (the generator has filled them)."""
        if self.read_everything:
            return self.whole(connection)
        oids = frozenset(oid for oid, image in since.images.items() if image.identity in tables)
        return State(since.snapshot, self._images(connection, since, Touched(oids)))

    def _images(self, connection: psycopg.Connection, since: State, moved: Touched) -> Mapping[int, TableImage]:
        return read_images(
            connection, exclude=self.exclude, previous=dict(since.images), touched=moved, limit=self.limit
        )


def difference(before: State, after: State) -> Difference:
    """Return what a migration did: tables and columns are followed by their identity in the server first."""
    return Difference(schema=diff(before.catalog, after.catalog), rows=compare(before.images, after.images))


def repeated(expected: State, reached: State) -> Difference:
    """Return how a state differs from the one that it should equal; what was brought back goes by the same name."""
    rows = compare_by_name(expected.images, reached.images)
    return Difference(schema=diff(expected.catalog, reached.catalog), rows=rows)

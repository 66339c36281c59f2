"""Reads a catalog: whole in one round trip, or only what changed since an earlier reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Series
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from pgproof.catalog.build import Build, uncollected
from pgproof.catalog.canonical import Window
from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.model import Grant, Object, Sequence, Table
from pgproof.catalog.place import Member
from pgproof.catalog.session import Rows, Session, session
from pgproof.catalog.statements import EVERYTHING, TABLE, TYPE, VIEW, Scope, needed, text

_LONGEST_RUN = timedelta(days=1)
_SHARED = -1
"""The unit that holds what texts of any other may mention."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A relation, type, function, … with all that belongs to it."""

    mark: int
    has: int
    members: tuple[tuple[int, Object], ...] = ()

    def identities(self) -> dict[tuple[type[Object], int], str]:
        """Return what each object is called."""
        return {(type(made), number): made.identity for number, made in self.members if not isinstance(made, Grant)}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A catalog, and what tells whether it is still true."""

    catalog: Catalog
    _units: Mapping[int, Unit]
    _server: float
    _exclude: frozenset[str]

    @property
    def tables(self) -> dict[int, str]:
        """Return the identity of each table by its oid."""
        living = {table.identity for table in self.catalog.tables}
        return {
            number: made.identity
            for number, unit in self._units.items()
            for _, made in unit.members
            if isinstance(made, Table) and made.identity in living
        }


def read(
    connection: psycopg.Connection[Any],
    *,
    exclude: frozenset[str] = frozenset(),
    since: Snapshot | None = None,
    started: datetime | None = None,
) -> Snapshot:
    """Return the catalog of a database; ``since`` itself where nothing changed.

    Works within an open transaction, whose settings it leaves alone, and on an idle connection. ``exclude`` holds the
    identities of tables to leave out with all that belongs to them. ``since`` is a snapshot of this database or of one
    that it was cloned from. ``started`` is when the run began: moments since then are literals of the clock.
    """
    with session(connection) as opened, uncollected():
        if since is not None and since._exclude == exclude:  # noqa: SLF001 - a snapshot is this module's own
            snapshot = _read_changes(opened, connection.info.server_version, since, started)
            if snapshot is not None:
                return snapshot
        return _read_all(opened, connection.info.server_version, exclude, started)


def _read_all(opened: Session, version: int, exclude: frozenset[str], started: datetime | None) -> Snapshot:
    names = needed(EVERYTHING)
    scope = Scope.whole()
    statements = [text("server"), *(scope.fill(name, version) for name in names), text("marks")]
    with closing(opened.query(statements)) as answers:
        server = next(answers)
        made = _built(_window(server, started), names, answers)
        marks = next(answers).tuples
    units = {number: Unit(mark, has, tuple(made.get(number, ()))) for number, mark, has in marks}
    catalog = _catalog(units, exclude)
    return Snapshot(catalog, units, server.tuples[0][0], exclude)


def _read_changes(opened: Session, version: int, since: Snapshot, started: datetime | None) -> Snapshot | None:
    """Return the catalog with what changed read again; None where everything must be."""
    old = since._units  # noqa: SLF001 - a snapshot is this module's own
    server, rows = opened.query([text("server"), text("marks")])
    marks = {number: Unit(mark, has) for number, mark, has in rows.tuples}
    changed = {number: unit.has for number, unit in marks.items() if number not in old or old[number].mark != unit.mark}
    gone = old.keys() - marks.keys()
    if not changed and not gone:
        return since
    if server.tuples[0][0] != since._server or _reaches_far(changed, old):  # noqa: SLF001 - as above
        return None
    changed |= _dependents(opened, changed, old, marks)
    names = needed(_union(changed.values()))
    scope = Scope.of(changed)
    with closing(opened.query([scope.fill(name, version) for name in names])) as answers:
        made = _built(_window(server, started), names, answers) if names else {}
    fresh = {number: Unit(marks[number].mark, has, tuple(made.get(number, ()))) for number, has in changed.items()}
    if any(_is_renamed(old[number], unit) for number, unit in fresh.items() if number in old):
        return None
    units = {number: fresh.get(number) or old[number] for number in marks}
    touched = {
        type(thing)
        for unit in (*fresh.values(), *(old[n] for n in (*gone, *changed) if n in old))
        for _, thing in unit.members
    }
    catalog = _catalog(units, since._exclude, since.catalog, touched)  # noqa: SLF001 - as above
    return Snapshot(catalog, units, since._server, since._exclude)  # noqa: SLF001 - as above


def _built(window: Window, names: Series[str], answers: Iterator[Rows]) -> Mapping[int, list[Member]]:
    build = Build(window)
    for name, rows in zip(names, answers, strict=False):
        build.add(name, rows)
    return build.units()


def _reaches_far(changed: Mapping[int, int], old: Mapping[int, Unit]) -> bool:
    """Whether texts of units that did not change may have changed: of roles, operators, types."""
    return _SHARED in changed or any(has & TYPE and number in old for number, has in changed.items())


def _dependents(
    opened: Session, changed: Mapping[int, int], old: Mapping[int, Unit], marks: Mapping[int, Unit]
) -> dict[int, int]:
    """Return the units that read a changed relation through a query of theirs."""
    relations = {number: has for number, has in changed.items() if has & (TABLE | VIEW) and number in old}
    if not relations:
        return {}
    (rows,) = opened.query([Scope.of(relations).fill("dependents", 0)])
    return {number: marks[number].has for (number,) in rows.tuples if number in marks}


def _is_renamed(before: Unit, after: Unit) -> bool:
    earlier = before.identities()
    return any(earlier.get(key, identity) != identity for key, identity in after.identities().items())


def _union(bits: Iterable[int]) -> int:
    total = 0
    for some in bits:
        total |= some
    return total


def _window(server: Rows, started: datetime | None) -> Window:
    ((since, now),) = server.tuples
    end = datetime.fromtimestamp(now, UTC)
    return Window(started or max(datetime.fromtimestamp(since, UTC), end - _LONGEST_RUN), end)


def _catalog(
    units: Mapping[int, Unit],
    exclude: frozenset[str],
    known: Catalog | None = None,
    touched: Iterable[type[Object]] = tuple(FIELDS),
) -> Catalog:
    """Return the objects of all units; kinds that were not touched as they are in ``known``."""
    found: dict[type[Object], list[Any]] = {kind: [] for kind in touched}
    hidden = _excluded(units, exclude) if exclude else set()
    for number, unit in units.items():
        if number not in hidden:
            for _, made in unit.members:
                if type(made) in found:
                    found[type(made)].append(made)
    values: dict[str, Any] = {name: getattr(known, name) for name in FIELDS.values()} if known else {}
    for kind, objects in found.items():
        values[FIELDS[kind]] = tuple(sorted(objects, key=lambda thing: thing.identity))
    return Catalog(**values)


def _excluded(units: Mapping[int, Unit], exclude: frozenset[str]) -> set[int]:
    return {
        number
        for number, unit in units.items()
        for _, thing in unit.members[:1]
        if thing.identity in exclude or (isinstance(thing, Sequence) and thing.owner_table in exclude)
    }

"""Reads a catalog: whole in one round trip, or only what changed since an earlier reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Series
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg.errors import InvalidSqlStatementName

from pgproof.catalog.build import Build, uncollected
from pgproof.catalog.canonical import Window
from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.inquiry import Inquiry, Round, inquire
from pgproof.catalog.marks import SHARED, Marks, question, rare_question
from pgproof.catalog.model import Grant, Object, Sequence, Table
from pgproof.catalog.place import Member
from pgproof.catalog.session import Question, Rows, Session, session
from pgproof.catalog.statements import (
    EVERYTHING,
    GRANT,
    ORDER,
    TABLE,
    TYPE,
    VIEW,
    Prepared,
    Scope,
    needed,
    prepared,
    text,
    whole,
)

_LONGEST_RUN = timedelta(days=1)

Unit = tuple[tuple[int, Object], ...]
"""A relation, type, function, … with all that belongs to it, each with its number within it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A catalog, and what tells whether it is still true."""

    catalog: Catalog
    marks: Marks
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
            for _, made in unit
            if isinstance(made, Table) and made.identity in living
        }


def read(
    connection: psycopg.Connection[Any],
    *,
    exclude: frozenset[str] = frozenset(),
    since: Snapshot | None = None,
    is_within: bool = False,
    started: datetime | None = None,
) -> Snapshot:
    """Return the catalog of a database; ``since`` itself where nothing changed.

    Works within an open transaction, whose settings it leaves alone, and on an idle connection. ``exclude`` holds the
    identities of tables to leave out with all that belongs to them. ``since`` is a snapshot of this database or of one
    that it was cloned from; ``is_within`` says that the open transaction began at it, or has seen it. ``started`` is
    when the run began: moments since then are literals of the clock.
    """
    with uncollected():
        if since is not None and since._exclude == exclude:  # noqa: SLF001 - a snapshot is this module's own
            snapshot = inquire(connection, _changes(connection, since, started, is_within=is_within))
            if snapshot is not None:
                return snapshot
        try:
            return _read_all(connection, exclude, started)
        except InvalidSqlStatementName:  # somebody has thrown away what was prepared
            return _read_all(connection, exclude, started)


def _read_all(connection: psycopg.Connection[Any], exclude: frozenset[str], started: datetime | None) -> Snapshot:
    with session(connection) as opened:
        return _read_whole(opened, connection.info.server_version, exclude, started)


def _read_whole(opened: Session, version: int, exclude: frozenset[str], started: datetime | None) -> Snapshot:
    names = needed(EVERYTHING)
    last = names.index("index") + 1  # the marks come in between: there is enough for the client to do meanwhile
    objects = [whole(name, version) for name in names]
    asked: list[Question] = [text("server"), *objects[:last], question(whole=True), rare_question(), *objects[last:]]
    with closing(opened.query(asked)) as answers:
        server = next(answers)
        build = Build(_window(server, started), opened.take_in)
        _add(build, names[:last], answers)
        marks = Marks.told(next(answers)).with_rare(next(answers))
        listed = [*marks.units()]
        _add(build, names[last:], answers)
    rare = needed(_union(has for _, has in listed) & ~EVERYTHING & ~GRANT)
    granted = Scope.of({number: has for number, has in listed if has & GRANT})
    with closing(opened.query([granted.ask("grant", version), *(whole(name, version) for name in rare)])) as answers:
        _add(build, ("grant", *rare), answers)
    made = build.units()
    units = {number: tuple(made.get(number, ())) for number, _ in listed}
    hidden = _excluded(units, exclude)
    found: dict[type[Object], list[Any]] = {kind: [] for kind in FIELDS}
    for number, unit in units.items():
        if number not in hidden:
            for _, thing in unit:
                found[type(thing)].append(thing)
    catalog = Catalog(**{FIELDS[kind]: _sorted(things) for kind, things in found.items()})
    return Snapshot(catalog, marks, units, server.tuples[0][0], exclude)


def _changes(
    connection: psycopg.Connection[Any], since: Snapshot, started: datetime | None, *, is_within: bool
) -> Inquiry[Snapshot | None]:
    told = yield Round(opening(whole=not is_within))
    server, rows = (Rows.of(answer, connection) for answer in told)
    marks = Marks.told(rows, since.marks)
    return (yield from changes(connection, since, marks, server, is_within=is_within, started=started))


def opening(*, whole: bool) -> list[Prepared]:
    """Return the questions whose answers ``changes`` is given: the server, and the marks (see ``marks.question``)."""
    return [prepared("server"), question(whole=whole)]


def changes(
    connection: psycopg.Connection[Any],
    since: Snapshot,
    marks: Marks,
    server: Rows,
    *,
    is_within: bool,
    started: datetime | None = None,
) -> Inquiry[Snapshot | None]:
    """Inquire after the catalog, reading again what changed; None where everything must be read.

    ``is_within`` as for ``read``: nothing changes then between two readings.
    """
    if marks.are_rare_due:
        (answer,) = yield Round([rare_question()])
        marks = marks.with_rare(Rows.of(answer, connection))
    old = since._units  # noqa: SLF001 - a snapshot is this module's own
    moved = marks.changed(since.marks)
    changed = {number: has for number in moved if (has := marks.has(number))}
    gone = {number for number in moved if number in old and number not in changed}
    if not changed and not gone:
        return since
    if server.tuples[0][0] != since._server or _reaches_far(changed, old):  # noqa: SLF001 - as above
        return None
    told: dict[str, Rows] = {}
    dependents = yield from _ask(connection, changed, told, _relations(changed, old), is_last=is_within)
    more = {n: has for n in dependents if n not in changed and (has := marks.has(n))}
    if more:
        yield from _ask(connection, more, told)
        changed |= more
    names = [name for name in ORDER if name in told]
    made = _built(_window(server, started), names, (told[name] for name in names))
    fresh = {number: _reused(old.get(number, ()), made.get(number, ())) for number in changed}
    if any(_is_renamed(old[number], unit) for number, unit in fresh.items() if number in old):
        return None
    units = {number: unit for number, unit in old.items() if number not in gone} | fresh
    before = [old[number] for number in (*gone, *changed) if number in old]
    return Snapshot(_renewed(since, before, fresh), marks, units, since._server, since._exclude)  # noqa: SLF001 - as above


def _ask(
    connection: psycopg.Connection[Any],
    units: Mapping[int, int],
    told: dict[str, Rows],
    relations: Mapping[int, int] = MappingProxyType({}),
    *,
    is_last: bool = False,
) -> Inquiry[list[int]]:
    """Add to ``told``, by statement, what is said of some units; return the units that read any of ``relations``."""
    version = connection.info.server_version
    names = needed(_union(units.values()))
    scope = Scope.of(units)
    questions = [scope.ask(name, version) for name in names]
    if relations:
        questions.append(Scope.of(relations).ask("dependents", version))
    if not questions:
        return []
    answers = [Rows.of(answer, connection) for answer in (yield Round(questions, is_last or not relations))]
    for name, rows in zip(names, answers, strict=False):
        told[name] = Rows(rows.names, [*told[name].tuples, *rows.tuples]) if name in told else rows
    return [number for (number,) in answers[-1].tuples] if relations else []


def _relations(changed: Mapping[int, int], old: Mapping[int, Unit]) -> dict[int, int]:
    """Return the relations that were there and changed: queries of views, functions and policies may read them."""
    return {number: has for number, has in changed.items() if has & (TABLE | VIEW) and number in old}


def _reused(before: Unit, after: Iterable[Member]) -> Unit:
    """Return what a unit holds now; what is equal is the same object, so that nobody compares it again."""
    earlier = {(type(thing), number, thing.identity): thing for number, thing in before}
    return tuple(
        (number, same if (same := earlier.get((type(thing), number, thing.identity))) == thing else thing)
        for number, thing in after
    )


def _renewed(since: Snapshot, before: Iterable[Unit], fresh: Mapping[int, Unit]) -> Catalog:
    """Return the catalog with what some units held replaced by what they hold; kinds that are the same stay."""
    hidden = _excluded(fresh, since._exclude)  # noqa: SLF001 - a snapshot is this module's own
    lost = {id(thing): thing for unit in before for _, thing in unit}
    new = {id(thing): thing for number, unit in fresh.items() if number not in hidden for _, thing in unit}
    for same in lost.keys() & new.keys():
        del lost[same], new[same]
    values: dict[str, Any] = {name: getattr(since.catalog, name) for name in FIELDS.values()}
    for kind in {type(thing) for thing in (*lost.values(), *new.values())}:
        kept = [thing for thing in values[FIELDS[kind]] if id(thing) not in lost]
        values[FIELDS[kind]] = _sorted([*kept, *(thing for thing in new.values() if type(thing) is kind)])
    return Catalog(**values)


def _built(window: Window, names: Series[str], answers: Iterable[Rows]) -> Mapping[int, list[Member]]:
    build = Build(window)
    _add(build, names, answers)
    return build.units()


def _add(build: Build, names: Series[str], answers: Iterable[Rows]) -> None:
    for name, rows in zip(names, answers, strict=False):
        build.add(name, rows)


def _reaches_far(changed: Mapping[int, int], old: Mapping[int, Unit]) -> bool:
    """Whether texts of units that did not change may have changed: of roles, operators, types."""
    return SHARED in changed or any(has & TYPE and number in old for number, has in changed.items())


def _is_renamed(before: Unit, after: Unit) -> bool:
    earlier = _identities(before)
    return any(earlier.get(key, identity) != identity for key, identity in _identities(after).items())


def _identities(unit: Unit) -> dict[tuple[type[Object], int], str]:
    return {(type(made), number): made.identity for number, made in unit if not isinstance(made, Grant)}


def _union(bits: Iterable[int]) -> int:
    total = 0
    for some in bits:
        total |= some
    return total


def _window(server: Rows, started: datetime | None) -> Window:
    ((since, now),) = server.tuples
    end = datetime.fromtimestamp(now, UTC)
    return Window(started or max(datetime.fromtimestamp(since, UTC), end - _LONGEST_RUN), end)


def _sorted(things: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(things, key=attrgetter("identity")))


def _excluded(units: Mapping[int, Unit], exclude: frozenset[str]) -> set[int]:
    """Return the units of excluded tables, their sequences included."""
    if not exclude:
        return set()
    return {
        number
        for number, unit in units.items()
        for _, thing in unit[:1]
        if thing.identity in exclude or (isinstance(thing, Sequence) and thing.owner_table in exclude)
    }

"""Classify each migration of a history on one starting state, by doing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .dump import Dump, parse, redo_difference, row_difference, schema_difference
from .files import Files
from .programs import Programs, Refusal


class Fate(StrEnum):
    """What came of one attempt."""

    NONE = "there is none"
    REFUSED = "refused"
    SAME = "nothing is different"
    SCHEMA = "the schema is different"
    ROWS = "rows are different"
    BOTH = "schema and rows are different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt, and what shows its fate."""

    fate: Fate
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one migration does on one starting state."""

    version: str
    refusal: Refusal | None
    """Why it does not apply."""
    again: Attempt = Attempt(fate=Fate.NONE)
    """Applied twice: once, twice."""
    down: Attempt = Attempt(fate=Fate.NONE)
    """Undone: before, after the down."""
    redo: Attempt = Attempt(fate=Fate.NONE)
    """Applied, undone, applied: once, again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where each migration starts: with these rows just before it, and with these tables empty where it is refused."""

    rows: Path | None = None
    """A folder with ``<version>.sql`` for each version before which rows come; None is an empty database."""
    emptied: Mapping[str, tuple[str, ...]] | None = None
    """Version → the tables that are emptied when it is refused, so that the later ones can be met."""


def classify(programs: Programs, history: list[Files], state: State) -> list[Verdict]:
    """Return a verdict for each migration, as far as one applies."""
    found: list[Verdict | Future[Verdict]] = []
    with _database(programs) as chain, ThreadPoolExecutor(2) as pool:
        for files in history:
            _give_rows(programs, chain, files, state)
            before = programs.new(chain)
            refusal = programs.run(chain, files.up, is_atomic=files.is_atomic(files.up))
            if refusal is not None:
                programs.drop(chain)
                programs.copy(before, chain)
                if not _apply_emptied(programs, chain, files, state):
                    programs.drop(before)
                    found.append(Verdict(version=files.version, refusal=refusal))
                    break
                _empty(programs, before, files, state)
            after = programs.new(chain)
            found.append(pool.submit(_judge, programs, files, before, after, refusal))
        return [f.result() if isinstance(f, Future) else f for f in found]


def _give_rows(programs: Programs, chain: str, files: Files, state: State) -> None:
    rows = state.rows / f"{files.version}.sql" if state.rows else None
    if rows is not None and rows.exists():
        refusal = programs.run(chain, rows, is_atomic=True)
        assert refusal is None, f"the kept rows of {files.version} are refused: {refusal}"


def _apply_emptied(programs: Programs, chain: str, files: Files, state: State) -> bool:
    """Empty the tables and apply again; False where there is nothing to empty, or it is refused all the same."""
    if not (state.emptied or {}).get(files.version):
        return False
    _empty(programs, chain, files, state)
    return programs.run(chain, files.up, is_atomic=files.is_atomic(files.up)) is None


def _empty(programs: Programs, database: str, files: Files, state: State) -> None:
    tables = ", ".join((state.emptied or {})[files.version])
    programs.say(database, f"TRUNCATE {tables} CASCADE")


def _judge(programs: Programs, files: Files, before: str, after: str, refusal: Refusal | None) -> Verdict:
    """Try what can be tried; ``before`` and ``after`` are databases, and are dropped."""
    try:
        was, once = _Lazy(programs, before), _Lazy(programs, after)
        again = _again(programs, files, after, once)
        down, redo = _down_and_redo(programs, files, after, was, once)
        return Verdict(version=files.version, refusal=refusal, again=again, down=down, redo=redo)
    finally:
        programs.drop(before)
        programs.drop(after)


def _again(programs: Programs, files: Files, after: str, once: _Lazy) -> Attempt:
    with _database(programs, after) as clone:
        refusal = programs.run(clone, files.up, is_atomic=files.is_atomic(files.up))
        if refusal is not None:
            return Attempt(fate=Fate.REFUSED, shown=(str(refusal),))
        return _compared(once.dump, parse(programs.dump(clone)))


def _down_and_redo(programs: Programs, files: Files, after: str, was: _Lazy, once: _Lazy) -> tuple[Attempt, Attempt]:
    none = Attempt(fate=Fate.NONE)
    if files.down is None:
        return none, none
    with _database(programs, after) as clone:
        refusal = programs.run(clone, files.down, is_atomic=files.is_atomic(files.down))
        if refusal is not None:
            return Attempt(fate=Fate.REFUSED, shown=(str(refusal),)), none
        aside = _dropped(files.up, once.dump, was.dump)
        down = _compared(was.dump, parse(programs.dump(clone)), aside=aside, is_rollback=True)
        refusal = programs.run(clone, files.up, is_atomic=files.is_atomic(files.up))
        if refusal is not None:
            return down, Attempt(fate=Fate.REFUSED, shown=(str(refusal),))
        redone = parse(programs.dump(clone))
        rows = redo_difference(was.dump, once.dump, redone)
        return down, _attempt(schema_difference(once.dump, redone), rows)


def _compared(old: Dump, new: Dump, *, aside: frozenset[str] = frozenset(), is_rollback: bool = False) -> Attempt:
    rows = row_difference(old, new, aside=aside, is_rollback=is_rollback)
    return _attempt(schema_difference(old, new), rows)


def _attempt(schema: list[str], rows: list[str]) -> Attempt:
    fate = {
        (False, False): Fate.SAME,
        (True, False): Fate.SCHEMA,
        (False, True): Fate.ROWS,
        (True, True): Fate.BOTH,
    }[bool(schema), bool(rows)]
    return Attempt(fate=fate, shown=(*schema, *rows))


def _dropped(up: Path, once: Dump, was: Dump) -> frozenset[str]:
    """Return the tables and columns that the up drops by an explicit DROP."""
    text = up.read_text(encoding="utf-8")
    named = set(re.findall(r"\bDROP\s+(?:COLUMN|TABLE)\s+(?:IF\s+EXISTS\s+)?([\w\".]+)", text, re.IGNORECASE))
    plain = {n.replace('"', "").rpartition(".")[2] for n in named}
    gone = set()
    for table, rows in was.tables.items():
        left = once.tables.get(table)
        if left is None:
            gone.add(table)
        else:
            gone |= {f"{table}.{c}" for c in rows.columns if c not in left.columns}
    return frozenset(g for g in gone if g.rpartition(".")[2].strip('"') in plain)


class _Lazy:
    """A database that is dumped when somebody asks, once."""

    def __init__(self, programs: Programs, database: str) -> None:
        self._programs, self._database = programs, database
        self._dump: Dump | None = None

    @property
    def dump(self) -> Dump:
        if self._dump is None:
            self._dump = parse(self._programs.dump(self._database))
        return self._dump


@contextmanager
def _database(programs: Programs, template: str | None = None) -> Iterator[str]:
    name = programs.new(template)
    try:
        yield name
    finally:
        programs.drop(name)

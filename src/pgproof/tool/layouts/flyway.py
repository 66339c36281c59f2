"""Flyway: ``V<version>__<text>.sql``, ``U<version>__<text>.sql`` that undoes it, ``R__<text>.sql`` behind all others.

The version of a migration is its version as the tool's table holds it, ``1.10`` for ``V1_10__x.sql``; a repeatable one,
which has none there, goes by the name of its file. Several locations, and the folders below them, are one history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from pgproof.tool import History, modes
from pgproof.tool.layouts.flyway_history import FlywayHistory
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing, below
from pgproof.tool.statements import Script, read, refused
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"(?:([VU])([0-9]+(?:[._][0-9]+)*)(?:__(.*))?|R__(.*))\.sql", re.DOTALL)
_OUTSIDE = re.compile(
    r"(CREATE|DROP) (DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER SYSTEM|(CREATE|DROP)( UNIQUE)? INDEX CONCURRENTLY"
    r"|REINDEX( VERBOSE)? (SCHEMA|DATABASE|SYSTEM)|VACUUM|DISCARD ALL"
)
"""What Flyway's own parser takes for a statement that needs to be outside a transaction."""
K = TypeVar("K")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    path: Path
    kind: str
    version: str
    text: str

    @property
    def key(self) -> tuple[int, ...]:
        """The version as Flyway compares it: part by part, zeros at the end without meaning."""
        parts = [int(part) for part in self.version.split(".") if part]
        while parts and not parts[-1]:
            parts.pop()
        return tuple(parts)


def _parse(path: Path) -> _Name | None:
    match = _FILE.fullmatch(path.name)
    if match is None:
        return None
    text = (match[3] or match[4] or "").replace("_", " ")
    return _Name(path=path, kind=match[1] or "R", version=(match[2] or "").replace("_", "."), text=text)


class Flyway(Layout):
    """A file is one transaction, unless its statements or its ``.conf`` file say otherwise."""

    name: ClassVar[str] = "flyway"
    shape: ClassVar[str] = "V<n>[.<n>…]__<text>.sql, and R__<text>.sql"
    ledger = FlywayHistory()
    between: ClassVar[str] = "RESET search_path; RESET ROLE"

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that are named so, in the folders below, too."""
        return tuple(p for p in below(listing) if _parse(p))

    def read(self, listing: Listing) -> History:
        """Return the history: versions in the order of their parts, then repeatable ones by their text."""
        files = below(listing)
        names = [n for n in map(_parse, files) if n]
        ups, twice = _by_key(n for n in names if n.kind == "V")
        undos, undone_twice = _by_key(n for n in names if n.kind == "U")
        again, again_twice = _by_text(n for n in names if n.kind == "R")
        entries = [
            *(_entry(up, undos.get(key)) for key, up in sorted(ups.items())),
            *(Entry(version=n.path.stem, up=n.path) for _, n in sorted(again.items())),
        ]
        return history(
            self,
            listing,
            entries,
            has_downs=bool(undos),
            own=[_conf(n.path) for n in names],
            orphan_downs=[n.path for key, n in undos.items() if key not in ups],
            faults=[*twice, *undone_twice, *again_twice],
            inside=files,
        )

    def script(self, path: Path, *, down: bool) -> Script:  # noqa: ARG002 - the protocol's
        """Return the file; Flyway refuses one that mixes statements inside and outside a transaction."""
        script = read(path)
        if _execute_in_transaction(path) is not None or not script.is_parsed:
            return script
        outside = [s for s in script.statements if _is_outside(s.text)]
        if not outside or len(outside) == len(script.statements):
            return script
        why = "it has statements that run in a transaction and such that do not, and 'mixed' is not set"
        return refused(script.text, why, outside[0].line)

    def repeats(self, version: str) -> bool:
        """Return whether it is a repeatable migration, which is there to be edited."""
        return version.startswith("R__")

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode that the ``.conf`` file asks for, or else the statements."""
        asked = _execute_in_transaction(path)
        is_inside = not any(_is_outside(s.text) for s in script.statements) if asked is None else asked
        return modes.in_tools_transaction(script) if is_inside else modes.as_annotated(script, outside=True)


def _entry(up: _Name, undo: _Name | None) -> Entry:
    return Entry(version=up.version, up=up.path, down=undo.path if undo else None, label=up.path.stem)


def _by_key(names: Iterable[_Name]) -> tuple[dict[tuple[int, ...], _Name], list[str]]:
    found: dict[tuple[int, ...], list[_Name]] = {}
    for name in names:
        found.setdefault(name.key, []).append(name)
    return _first(found, "version")


def _by_text(names: Iterable[_Name]) -> tuple[dict[str, _Name], list[str]]:
    found: dict[str, list[_Name]] = {}
    for name in names:
        found.setdefault(name.text, []).append(name)
    return _first(found, "repeatable migration")


def _first(found: dict[K, list[_Name]], what: str) -> tuple[dict[K, _Name], list[str]]:
    twice = [
        f"{what} {names[0].version or names[0].text!r} has {len(names)} files: "
        f"{', '.join(n.path.name for n in names)}; Flyway runs nothing then"
        for names in found.values()
        if len(names) > 1
    ]
    return {key: names[0] for key, names in found.items()}, twice


def _conf(path: Path) -> Path:
    return path.with_name(f"{path.name}.conf")


def _execute_in_transaction(path: Path) -> bool | None:
    try:
        lines = _conf(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() == "executeInTransaction":
            return value.strip().lower() == "true"
    return None


def _is_outside(statement: str) -> bool:
    return bool(_OUTSIDE.match(" ".join(_COMMENT.sub(" ", statement).upper().split())))

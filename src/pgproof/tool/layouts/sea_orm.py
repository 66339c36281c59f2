"""SeaORM: a crate of migrations in Rust, in the order of the vec that ``migrations()`` returns.

The version of a migration is the name of its file, or what its ``MigrationName`` says. Its content, once it was
released, is that of its file without ``fn down`` and what only that uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from pgproof.settings import crates
from pgproof.tool import History, HistoryTable, Migration, rust, rust_downs
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.ledger import RowLedger
from pgproof.tool.statements import Script, Statement, read_text, split
from pgproof.tool.surroundings import Surroundings

SEA_ORM = "sea-orm"
TABLE = HistoryTable(schema="public", table="seaql_migrations", version="version", applied_at="applied_at")
MODE = "the tool's own"
_SHORTEST = 8
"""Texts with fewer characters are no statement."""


class SeaOrm(Layout):
    """Migrations that are code; their own program runs them."""

    name: ClassVar[str] = SEA_ORM
    shape: ClassVar[str] = "a Cargo.toml that depends on sea-orm-migration"
    ledger = RowLedger(TABLE)
    is_marked: ClassVar[bool] = True
    is_code: ClassVar[bool] = True

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that implement a migration, where the directory is a crate of migrations or its sources."""
        if crates.of(listing.root) is None:
            return ()
        return tuple(dict.fromkeys(one.file for one in _found(crates.sources(listing.root))))

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the vec; what it does not name, and what it names twice, is a fault."""
        root = crates.sources(listing.root)
        found = _found(root)
        listed = _listed(root)
        placed = [next((one for one in found if one.is_meant_by(path)), None) for path in listed]
        named = list(dict.fromkeys(one for one in placed if one is not None))
        return History(
            root=root,
            layout=self.name,
            migrations=tuple(one.migration for one in (named if listed else found)),
            has_downs=True,
            faults=tuple(_faults(found, [one for one in placed if one is not None])) if listed else (),
        )

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return whose affair it is."""
        return MODE

    def script(self, path: Path, *, down: bool) -> Script:
        """Return the source of one direction, with the statements that stand in it as texts of their own."""
        if not path.is_file():
            return Script(text="", statements=())
        source = rust.parse(read_text(path))
        downs = rust_downs.of(source)
        spans = downs.whole if down else _between(downs.alone, len(source.text))
        inside = [one for one in source.literals if any(a <= one.start < b for a, b in spans)]
        statements = [s for literal in inside for s in _statements(source, literal)]
        text = "\n".join(source.text[a:b].strip("\n") for a, b in spans)
        return Script(text=text, statements=tuple(statements))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    file: Path
    struct: str
    migration: Migration

    def is_meant_by(self, path: Sequence[str]) -> bool:
        """Whether a path of the vec leads here: by the file's module and the type, or by the type alone."""
        module = self.file.parent.name if self.file.stem == "mod" else self.file.stem
        return module in path[:-1] or (len(path) == 1 and path[0] in {self.struct, module}) or self.struct == path[0]


def is_down_empty(path: Path, version: str) -> bool:
    """Return whether the down of a version, in that file, does nothing."""
    source = rust.parse(read_text(path))
    return any(one.is_down_empty for one in rust.declared(source) if version in {one.name, path.stem})


def _found(root: Path) -> list[_Found]:
    return [
        _Found(
            file=path,
            struct=one.struct,
            migration=Migration(
                version=one.name or (path.parent.name if path.stem == "mod" else path.stem),
                up=path,
                down=None if one.down is None else path,
                mode=MODE,
                down_mode=None if one.down is None else MODE,
            ),
        )
        for path in _files(root)
        for one in rust.declared(rust.parse(read_text(path)))
    ]


def _files(root: Path) -> Iterator[Path]:
    yield from sorted((p for p in root.rglob("*.rs") if p.is_file()), key=lambda p: (p.stem, str(p)))


def _listed(root: Path) -> tuple[tuple[str, ...], ...]:
    return next((paths for path in _files(root) if (paths := rust.order(rust.parse(read_text(path))))), ())


def _faults(found: Sequence[_Found], placed: Sequence[_Found]) -> Iterator[str]:
    """Yield what is wrong with the vec: whoever merges two branches makes such a thing easily."""
    versions = [one.migration.version for one in placed]
    for version in sorted({v for v in versions if versions.count(v) > 1}):
        yield f"migrations() names {version} twice"
    yield from unsorted(versions)
    for one in found:
        if one not in placed:
            yield f"migrations() does not name {one.migration.version} ({one.file.name})"


def unsorted(versions: Sequence[str]) -> Iterator[str]:
    """Yield where a vec is not in the order of its versions."""
    for earlier, later in pairwise(versions):
        if later < earlier:
            yield f"migrations() names {later} behind {earlier}"


def _between(spans: Sequence[tuple[int, int]], end: int) -> Sequence[tuple[int, int]]:
    """Return what is left of a text beside some spans of it."""
    starts, ends = [0, *(b for _, b in spans)], [*(a for a, _ in spans), end]
    return list(zip(starts, ends, strict=True))


def _statements(source: rust.Source, literal: rust.Literal) -> Iterator[Statement]:
    """Yield the statements of a text in the source, where it is SQL that the grammar can read."""
    if len(literal.text) < _SHORTEST or " " not in literal.text:
        return
    script = split(literal.text)
    if not script.is_parsed:
        return
    first = source.line_at(literal.start)
    for one in script.statements:
        yield Statement(
            text=one.text,
            start=literal.start + one.start,
            line=first + one.line - 1,
            moves_data=one.moves_data,
            tables=one.tables,
            node=one.node,
        )

"""What a layout is: how the files of a directory become a history, and how its own tool would apply it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pgproof.tool import History, Migration
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.ledger import Ledger
from pgproof.tool.statements import Script, read
from pgproof.tool.surroundings import Surroundings, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One migration that a layout has found, before its files are read."""

    version: str
    up: Path
    down: Path | None = None
    """The same file as ``up`` where one file holds both directions."""
    label: str = ""


class Layout(ABC):
    """One way to lay out a history in a directory, and what its own tool makes of it."""

    name: ClassVar[str]
    """The word for ``--layout``."""
    shape: ClassVar[str]
    """How its files are named, for messages."""
    ledger: Ledger
    """How its own tool records versions."""
    sends_whole: ClassVar[bool] = False
    """Whether its own tool sends a file as one query, not statement by statement."""
    begin: ClassVar[str] = "BEGIN"
    """How its own tool opens the transaction of a migration and its history row; empty where it does not."""
    on_lost_transaction: ClassVar[str] = ""
    """What its own tool says and stops where a file has ended the tool's transaction; empty where it goes on."""
    between: ClassVar[str] = ""
    """What its own tool sends after each migration, so that settings do not reach the next."""
    is_code: ClassVar[bool] = False
    """Whether migrations are code, which may do anything, and not statements alone."""
    is_marked: ClassVar[bool] = False
    """Whether it claims files only where something beside their names speaks for it, and so wins a tie."""

    @abstractmethod
    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that are migrations of this layout and, as far as can be seen, of no other."""

    @abstractmethod
    def read(self, listing: Listing) -> History:
        """Return the history; one without migrations where there are none of this layout."""

    @abstractmethod
    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:
        """Return the transaction mode in which its own tool would run a direction of a file."""

    def script(self, path: Path, *, down: bool) -> Script:  # noqa: ARG002 - for files with both directions
        """Return what its own tool sends of a file."""
        return read(path)

    def content(self, up: Path) -> bytes:
        """Return what of a file stays as it is once it was released: the up; line ends and blank edges aside."""
        return lines(self.script(up, down=False).text).strip("\n").encode()

    def repeats(self, version: str) -> bool:  # noqa: ARG002 - for tools that know such
        """Return whether its own tool applies a migration again when it was edited, behind all others."""
        return False


def history(
    layout: Layout,
    listing: Listing,
    entries: Iterable[Entry],
    *,
    has_downs: bool,
    own: Iterable[Path] = (),
    orphan_downs: Iterable[Path] = (),
    faults: Iterable[str] = (),
    inside: Iterable[Path] = (),
) -> History:
    """Return the history of these entries, in their order, with the transaction mode of each file.

    ``own`` are files that belong to the layout without being a migration (a lock file): they are not "ignored".
    ``inside`` are files in the migrations' own folders that are none.
    """
    entries, orphans = tuple(entries), tuple(orphan_downs)
    sides = [(p, down) for e in entries for p, down in ((e.up, False), (e.down, True)) if p is not None]
    scripts = {(p, down): layout.script(p, down=down) for p, down in sides}
    surroundings = survey(scripts.values())
    modes = {(p, down): layout.mode(p, script, surroundings) for (p, down), script in scripts.items()}
    used = {*(p for p, _ in sides), *own, *orphans}
    used |= {folder for path in used for folder in path.parents}
    return History(
        root=listing.root,
        layout=layout.name,
        migrations=tuple(_migration(entry, modes) for entry in entries),
        has_downs=has_downs,
        ignored=tuple(
            dict.fromkeys(p for p in (*listing.files, *listing.folders, *listing.others, *inside) if p not in used)
        ),
        orphan_downs=orphans,
        faults=tuple(faults),
        roots=listing.roots if len(listing.roots) > 1 else (),
    )


def _migration(entry: Entry, modes: Mapping[tuple[Path, bool], str]) -> Migration:
    return Migration(
        version=entry.version,
        up=entry.up,
        down=entry.down,
        mode=modes[entry.up, False],
        down_mode=None if entry.down is None else modes[entry.down, True],
        label=entry.label or entry.version,
    )


def lines(text: str) -> str:
    """Return a text with the line ends of any system as those of Unix."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

"""What a layout is: how the files of a directory become a history, and how its own tool would apply it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pgproof.errors import HistoryFault
from pgproof.tool import History, Migration
from pgproof.tool.ledger import Ledger
from pgproof.tool.statements import Script, read
from pgproof.tool.surroundings import Surroundings, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies in a directory, sorted by name; links are followed."""

    root: Path
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    others: tuple[Path, ...] = ()
    """Links to nothing, sockets and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One migration that a layout has found, before its files are read."""

    version: str
    up: Path
    down: Path | None = None
    label: str = ""


class Layout(Protocol):
    """One way to lay out a history in a directory."""

    @property
    def name(self) -> str:
        """The word for ``--layout``."""
        ...

    @property
    def shape(self) -> str:
        """How its files are named, for messages."""
        ...

    @property
    def ledger(self) -> Ledger:
        """How its own tool records versions."""
        ...

    @property
    def sends_whole(self) -> bool:
        """Whether its own tool sends a file as one query, not statement by statement."""
        ...

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that are migrations of this layout and, by their names, of no other: the evidence for it."""
        ...

    def read(self, listing: Listing) -> History:
        """Return the history; one without migrations where there are none of this layout."""
        ...

    def mode(self, script: Script, surroundings: Surroundings) -> str:
        """Return the transaction mode in which its own tool would run a file."""
        ...


def look(root: Path) -> Listing:
    """Return what lies in a directory; raises HistoryFault where that cannot be said."""
    if not root.exists():
        raise HistoryFault(
            f"There is no directory {root}.",
            'Name the directory of the migrations: pgproof verify DIR, or migrations = "DIR" in pgproof.toml.',
        )
    if not root.is_dir():
        raise HistoryFault(
            f"{root} is not a directory.", "Name the directory that holds the migrations, not a file in it."
        )
    try:
        paths = sorted(root.iterdir(), key=lambda p: p.name)
    except OSError as exc:
        raise HistoryFault(
            f"The directory {root} cannot be read: {exc.strerror}.", "Let the user who runs pgproof read it."
        ) from exc
    _demand_utf8(paths)
    files = tuple(p for p in paths if p.is_file())
    folders = tuple(p for p in paths if p.is_dir())
    others = tuple(p for p in paths if p not in set(files) | set(folders))
    lost = next((p for p in others if p.name.endswith(".sql")), None)
    if lost is not None:
        raise HistoryFault(
            f"{lost} is a link to a file that is not there.",
            "Put the file back, or take the link out of the directory.",
        )
    return Listing(root=root, files=files, folders=folders, others=others)


def _demand_utf8(paths: Iterable[Path]) -> None:
    """Refuse names that can be put neither into a history table nor into a report."""
    for path in paths:
        try:
            str(path).encode()
        except UnicodeEncodeError as exc:
            raise HistoryFault(
                f"The name of {str(path)!a} is not in this system's encoding, {sys.getfilesystemencoding()}.",
                "Rename it in UTF-8, for example with convmv, or set PYTHONUTF8=1 where it is UTF-8 already.",
            ) from exc


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
    files = [p for e in entries for p in (e.up, e.down) if p is not None]
    scripts = {p: read(p) for p in files}
    surroundings = survey(scripts.values())
    used = {*files, *own, *orphans} | {p.parent for p in files}
    modes = {p: layout.mode(script, surroundings) for p, script in scripts.items()}
    return History(
        root=listing.root,
        layout=layout.name,
        migrations=tuple(
            Migration(
                version=e.version,
                up=e.up,
                down=e.down,
                mode=modes[e.up],
                down_mode=None if e.down is None else modes[e.down],
                label=e.label or e.version,
            )
            for e in entries
        ),
        has_downs=has_downs,
        ignored=tuple(p for p in (*listing.files, *listing.folders, *listing.others, *inside) if p not in used),
        orphan_downs=orphans,
        faults=tuple(faults),
    )

"""What lies in the directories of a history."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import HistoryFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies in a directory, or in several taken together, sorted by name; links are followed."""

    root: Path
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    others: tuple[Path, ...] = ()
    """Links to nothing, sockets and the like."""
    roots: tuple[Path, ...] = ()
    """All directories; ``root`` is the first."""


def look(*roots: Path) -> Listing:
    """Return what lies in these directories; raises HistoryFault where that cannot be said."""
    found = [path for root in dict.fromkeys(roots) for path in _inside(root)]
    paths = sorted(found, key=lambda p: (p.name, str(p)))
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
    return Listing(root=roots[0], files=files, folders=folders, others=others, roots=tuple(dict.fromkeys(roots)))


def below(listing: Listing) -> tuple[Path, ...]:
    """Return the files of a listing and of all folders below it; hidden folders are left out."""
    found = list(listing.files)
    for folder in listing.folders:
        if not folder.name.startswith("."):
            found += below(look(folder))
    return tuple(found)


def _inside(root: Path) -> list[Path]:
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
        return list(root.iterdir())
    except OSError as exc:
        raise HistoryFault(
            f"The directory {root} cannot be read: {exc.strerror}.", "Let the user who runs pgproof read it."
        ) from exc


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

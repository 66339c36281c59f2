"""Two levels: ``<major>/<minor>_<name>.up.sql``; the version is both, as the directory writes them: ``1/02``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, NamedTuple

from pgproof.tool import History, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.ledger import RowLedger
from pgproof.tool.statements import Script
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"([0-9]+)(?:_.*)?\.(up|down)\.sql", re.DOTALL)


class _Key(NamedTuple):
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}/{self.minor}"


class TwoLevels(Layout):
    """Each file is sent as one query; most hold a BEGIN and a COMMIT of their own."""

    name: ClassVar[str] = "two-levels"
    shape: ClassVar[str] = "<major>/<minor>_<name>.up.sql, and .down.sql"
    ledger = RowLedger()
    sends_whole: ClassVar[bool] = True
    begin: ClassVar[str] = ""

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the numbered files with a direction in numbered folders."""
        return tuple(p for p in _inside(listing) if _FILE.fullmatch(p.name))

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the numbers, the folder's first."""
        inside = _inside(listing)
        matched = [(p, m) for p in inside if (m := _FILE.fullmatch(p.name))]
        pairs = pair((_Key(int(p.parent.name), int(m[1])), m[2], p) for p, m in matched)
        entries = [
            Entry(version=f"{up.parent.name}/{_number(up)}", up=up, down=pairs.downs.get(key), label=_label(up))
            for key, up in sorted(pairs.ups.items())
        ]
        return history(
            self,
            listing,
            entries,
            has_downs=bool(pairs.downs),
            orphan_downs=pairs.orphan_downs,
            faults=pairs.twice,
            inside=inside,
        )

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode of one query for the whole file."""
        return modes.of_one_query(script, surroundings)


def _inside(listing: Listing) -> tuple[Path, ...]:
    folders = sorted((f for f in listing.folders if f.name.isascii() and f.name.isdigit()), key=lambda f: int(f.name))
    return tuple(p for f in folders for p in sorted(f.iterdir()))


def _number(up: Path) -> str:
    match = _FILE.fullmatch(up.name)
    return match[1] if match else up.name


def _label(up: Path) -> str:
    return f"{up.parent.name}/{up.name.removesuffix('.up.sql')}"

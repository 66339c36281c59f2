"""Numbered files: ``1-name.sql``, ``0002_name.sql``, ``V0001.name.up.sql``, ``03.00.00_50_name.sql``.

The version of a migration is the name of its file without ``.sql`` (and ``.up``, ``.down``). Numbers are compared part
by part: ``10-`` comes after ``9-``, ``00.10.00_01_`` after ``00.9.00_02_``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pgproof.tool import History, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.ledger import RowLedger
from pgproof.tool.statements import Script
from pgproof.tool.surroundings import Surroundings

_NUMBER = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+(?:\.[0-9]+)+(?:_[0-9]+(?=_))?|[0-9]+"
_STEM = re.compile(rf"(V?)({_NUMBER})(?:([-_.])(.*))?", re.DOTALL)
_DIRECTION = re.compile(r"(.*?)(?:\.(up|down))?\.sql", re.DOTALL)
_OUTSIDE = re.compile(r"--\s*(?:\S+\s+)?disable-transaction\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    stem: str
    direction: str
    """``up``, ``down``, or empty."""
    number: tuple[int, ...]
    separator: str


def _parse(path: Path) -> _Name | None:
    file = _DIRECTION.fullmatch(path.name)
    stem = _STEM.fullmatch(file[1]) if file else None
    if not file or not stem or (stem[1] and stem[3] != "."):  # V1__name.sql is Flyway's
        return None
    return _Name(
        stem=file[1],
        direction=file[2] or "",
        number=tuple(int(part) for part in re.split(r"[-._]", stem[2])),
        separator=stem[3] or "",
    )


class Numbered(Layout):
    """A file is one transaction unless it holds a statement that PostgreSQL refuses in one, or says so in line 1."""

    name: ClassVar[str] = "numbered"
    shape: ClassVar[str] = "<n>-<name>.sql, <n>_<name>.sql, V<n>.<name>.(up|down).sql, <n.n.n>_<nn>_<name>.sql"
    ledger = RowLedger()

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the numbered files, but for up/down pairs by an integer and ``_``, which are golang-migrate's."""
        return tuple(
            path for path in listing.files if (name := _parse(path)) and not (name.direction and _is_golang(name))
        )

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the numbers."""
        names = {path: name for path in listing.files if (name := _parse(path))}
        pairs = pair((n.stem, n.direction or "up", path) for path, n in names.items())
        numbers = {n.stem: n.number for n in names.values() if n.stem in pairs.ups}
        stems = sorted(pairs.ups, key=lambda stem: (numbers[stem], stem))
        return history(
            self,
            listing,
            [Entry(version=stem, up=pairs.ups[stem], down=pairs.downs.get(stem)) for stem in stems],
            has_downs=bool(pairs.downs),
            orphan_downs=pairs.orphan_downs,
            faults=[*pairs.twice, *_same_number(numbers)],
        )

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode that the statements ask for."""
        outside = bool(_OUTSIDE.fullmatch(script.first_line))
        return modes.by_statements(script, surroundings, outside=outside)


def _is_golang(name: _Name) -> bool:
    return name.separator == "_" and len(name.number) == 1 and not name.stem.startswith("V")


def _same_number(numbers: Mapping[str, tuple[int, ...]]) -> list[str]:
    by_number: dict[tuple[int, ...], list[str]] = {}
    for stem, number in sorted(numbers.items()):
        by_number.setdefault(number, []).append(stem)
    return [
        f"number {'.'.join(map(str, number))} is used {len(stems)} times: {', '.join(stems)}"
        for number, stems in sorted(by_number.items())
        if len(stems) > 1
    ]

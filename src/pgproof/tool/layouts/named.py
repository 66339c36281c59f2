"""pgproof's own layout: ``<version>.up.sql`` and ``<version>.down.sql``, in the order of the versions as text.

The version of a migration is the whole name before ``.up.sql``. A file whose first line is
``-- pgproof: no-transaction`` runs outside a transaction.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from pgproof.tool import History, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.ledger import RowLedger
from pgproof.tool.statements import Script
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"(.+)\.(up|down)\.sql", re.DOTALL)
_NUMBERED = re.compile(r"V?[0-9]+(?:[-._]|\.(?:up|down)\.sql)")
_OUTSIDE = re.compile(r"--\s*pgproof:\s*no-transaction\s*")


class Named(Layout):
    """A file is one transaction unless its first line says otherwise."""

    name: ClassVar[str] = "named"
    shape: ClassVar[str] = "<version>.up.sql, and .down.sql"
    ledger = RowLedger()

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files that have a direction and start with no number."""
        return tuple(p for p in listing.files if _FILE.fullmatch(p.name) and not _NUMBERED.match(p.name))

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the versions as text."""
        files = [(m[1], m[2], p) for p in listing.files if (m := _FILE.fullmatch(p.name))]
        pairs = pair(files)
        return history(
            self,
            listing,
            [Entry(version=v, up=up, down=pairs.downs.get(v)) for v, up in sorted(pairs.ups.items())],
            has_downs=True,
            orphan_downs=pairs.orphan_downs,
            faults=pairs.twice,
        )

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode that the first line asks for."""
        return modes.as_annotated(script, outside=bool(_OUTSIDE.fullmatch(script.first_line)))

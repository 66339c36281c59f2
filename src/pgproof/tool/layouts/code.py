"""Migrations that are code: their own tool tells which there are, and nothing but it can run them."""

from __future__ import annotations

from pathlib import Path

from pgproof.tool import History
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.ledger import RowLedger
from pgproof.tool.statements import EMPTY, Script
from pgproof.tool.surroundings import Surroundings

CODE = "code"


class Code(Layout):
    """No layout of files that could be found in a directory."""

    name = CODE
    shape = "whatever its tool reads"
    ledger = RowLedger()
    is_code = True

    def claims(self, listing: Listing) -> tuple[Path, ...]:  # noqa: ARG002 - the protocol's
        """Return nothing."""
        return ()

    def read(self, listing: Listing) -> History:
        """Return a history without migrations: the tool tells them."""
        return History(root=listing.root, layout=self.name, migrations=(), has_downs=True)

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return nothing: it is the tool's own affair."""
        return ""

    def script(self, path: Path, *, down: bool) -> Script:  # noqa: ARG002 - the protocol's
        """Return no statements: they are known when they reach the server."""
        return EMPTY

    def content(self, up: Path) -> bytes:
        """Return the bytes of the file that bears a version, where one does."""
        return up.read_bytes() if up.is_file() else b""

"""Directories of tools that pgproof does not read yet: recognised, so that the message can say so."""

from __future__ import annotations

import re
from pathlib import Path

from pgproof.tool.layouts.listing import Listing
from pgproof.tool.statements import read_text

_SECTIONS = (
    ("sql-migrate", re.compile(r"^\s*--\s*\+migrate\s+down\b", re.IGNORECASE | re.MULTILINE)),
    ("rambler", re.compile(r"^\s*--\s*rambler\s+down\b", re.IGNORECASE | re.MULTILINE)),
    ("node-pg-migrate", re.compile(r"^\s*--\s*down\s+migration\b", re.IGNORECASE | re.MULTILINE)),
    ("Liquibase", re.compile(r"\A\s*--\s*liquibase\s+formatted\s+sql\b", re.IGNORECASE)),
)


def sections(path: Path) -> str:
    """Return the tool whose annotations cut this file into an up and a down part; empty where there are none."""
    content = read_text(path)
    return next((tool for tool, pattern in _SECTIONS if pattern.search(content)), "")


def recognise(listing: Listing) -> str:
    """Return the tool whose directory this looks like; empty where none comes to mind."""
    if any(f.name == "env.py" for f in listing.files) or any(f.name == "versions" for f in listing.folders):
        return "Alembic"
    return ""

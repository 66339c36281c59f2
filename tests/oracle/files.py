"""Read migration directories as the tools that they were written for do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """One migration on disk."""

    version: str
    up: Path
    down: Path | None = None

    def is_atomic(self, path: Path) -> bool:
        """Whether the file is sent in one transaction."""
        text = path.read_text(encoding="utf-8")
        first = text.splitlines()[0] if text.strip() else ""
        is_concurrent = re.search(r"^[^-]*\bCONCURRENTLY\b", text, re.MULTILINE | re.IGNORECASE)
        return "no-transaction" not in first and not is_concurrent


def named(root: Path) -> list[Files]:
    """``<version>.up.sql``, ``<version>.down.sql``; order of text."""
    ups = sorted(root.glob("*.up.sql"))
    return [
        Files(version=up.name.removesuffix(".up.sql"), up=up, down=_or_none(up.with_name(_down_of(up.name))))
        for up in ups
    ]


def pairs(root: Path) -> list[Files]:
    """``<int>_<name>.(up|down).sql``, paired and ordered by number; the number is the version."""
    ups = {int(p.name.split("_")[0]): p for p in root.glob("*.up.sql")}
    downs = {int(p.name.split("_")[0]): p for p in root.glob("*.down.sql")}
    return [Files(version=str(n), up=ups[n], down=downs.get(n)) for n in sorted(ups)]


def dotted(root: Path) -> list[Files]:
    """``03.00.00_50_<name>.sql``; order of the numbers; the file's stem is the version."""
    found = sorted(root.glob("*.sql"), key=lambda p: [int(n) for n in re.findall(r"\d+", p.name)[:4]])
    return [Files(version=p.stem, up=p) for p in found]


def prisma(root: Path) -> list[Files]:
    """``<stamp>_<name>/migration.sql``; order of text; the directory's name is the version."""
    return [Files(version=p.parent.name, up=p) for p in sorted(root.glob("*/migration.sql"))]


def _down_of(name: str) -> str:
    return name.removesuffix(".up.sql") + ".down.sql"


def _or_none(path: Path) -> Path | None:
    return path if path.exists() else None

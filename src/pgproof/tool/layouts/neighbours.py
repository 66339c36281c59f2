"""What lies around a directory of migrations and says which tool applies them."""

from __future__ import annotations

import re
from pathlib import Path

_LEVELS = 6


def named_above(root: Path, manifest: str, word: str) -> bool:
    """Return whether a manifest beside or above a directory, as far as its repository goes, names a package."""
    pattern = re.compile(rf"(?<![\w-]){word}(?![\w-])")
    folder = root.resolve()
    for _ in range(_LEVELS):
        if pattern.search(_text(folder / manifest)):
            return True
        if (folder / ".git").exists() or folder == folder.parent:
            return False
        folder = folder.parent
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

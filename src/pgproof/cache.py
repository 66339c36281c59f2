"""Where pgproof keeps what is only there to save time."""

from __future__ import annotations

import os
from pathlib import Path


def directory() -> Path | None:
    """Return pgproof's place in the user's cache directory, which need not exist; None where the user has none."""
    given = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if given.is_absolute():
        return given / "pgproof"
    try:
        return Path("~/.cache").expanduser().absolute() / "pgproof"
    except RuntimeError:  # no HOME, and an account without a name, as in many containers
        return None

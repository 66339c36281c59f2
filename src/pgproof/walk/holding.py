"""All that a database of the older migrations is determined by, so that a later run may take the one of an earlier."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from pgproof import base
from pgproof.settings import Settings
from pgproof.tool import History, layouts


def holding(settings: Settings, history: History, start: int) -> Mapping[str, object]:
    """Return what fresh databases hold that start behind the first ``start`` migrations, as JSON has it.

    The server's programs and its time zone come on top of that.
    """
    layout = layouts.by_name(history.layout)
    return {
        "pgproof": [version("pgproof"), *_program()],
        "layout": history.layout,
        "migrations": [
            [whole.version, part.version, part.mode, _digest(layout.script(part.up, down=False).text)]
            for whole in history.migrations[:start]
            for part in whole.parts or (whole,)
        ],
        "history": str(settings.history),
        "base": [str(_named(settings)), *(_digest(script.text) for _, script in base.sources(settings))],
        "role": settings.role,
        "limits": [settings.statement_timeout, settings.lock_timeout],
    }


def _named(settings: Settings) -> object:
    """Return what ``[base]`` says but for its files, whose contents count and not their places."""
    found = settings.base
    return found and (found.roles, found.schemas, found.extensions, sorted(found.settings.items()))


def _program() -> Iterator[str]:
    """Yield what tells this pgproof from one that was edited."""
    root = Path(base.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".sql", ".sh"}:
            status = path.stat()
            yield f"{path.relative_to(root)} {status.st_size} {status.st_mtime_ns}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogateescape")).hexdigest()

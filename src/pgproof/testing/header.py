"""The header of a report: on what server, with what history and which settings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pgproof.masking import masked, masked_address
from pgproof.settings import Settings
from pgproof.settings.options import OPTIONS
from pgproof.testing.finding_text import shortened

if TYPE_CHECKING:
    from pgproof.walk.evidence import Preview

_MANY = 8


def header(preview: Preview, settings: Settings, notes: Sequence[str] = ()) -> list[str]:
    """Return the lines of the header, without secrets; ``notes`` say what the server cannot give."""
    history = preview.history
    modes = Counter(migration.mode for migration in history.migrations)
    modes_counted = ", ".join(f"{count} in mode {mode}" for mode, count in sorted(modes.items()))
    no_downs = "" if history.has_downs else ", no downs"
    lines = [
        f"pgproof: {preview.server}, TimeZone {settings.timezone}, {settings.rows} rows a table, seed {settings.seed}",
        *(f"note: {note}" for note in notes),
        f"migrations: {len(history.migrations)} in {shortened(settings.migrations)} ({settings.source('migrations')})",
        *_base(preview),
        f"transactions: {modes_counted}",
        f"layout: {history.layout}, tool {preview.tool}{no_downs}",
    ]
    ignored = tuple(path for path in history.ignored if not _is_read(path, settings))
    if ignored:
        lines.append(f"ignored there: {_names(ignored, history.root)}")
    if history.orphan_downs:
        lines.append(f"downs without an up: {_names(history.orphan_downs, history.root)}")
    if settings.file:
        lines.append(f"settings file: {_file(settings.file, settings.left_out)}")
    given = [_setting(settings, name) for name in _given(settings)]
    if given:
        lines.append(f"settings: {', '.join(given)}")
    if addopts := os.environ.get("PYTEST_ADDOPTS"):
        lines.append(f"PYTEST_ADDOPTS: {addopts}")
    return [masked(line) for line in lines]


def _base(preview: Preview) -> list[str]:
    """Return from where it is judged, where that is not the start."""
    if not preview.base:
        return []
    return [f"judged: {len(preview.newer) or 'none'} newer than {preview.base}, and what they add or change"]


def _file(path: Path, left_out: tuple[str, ...]) -> str:
    """Return which settings file was read, and what of it was not for these migrations."""
    return shortened(path) + (f" (about other migrations: left out {', '.join(left_out)})" if left_out else "")


def _is_read(path: Path, settings: Settings) -> bool:
    """Whether a file that is no migration is one of pgproof's own."""
    if path in {settings.contract, settings.lock, settings.baseline, settings.sizes, settings.file}:
        return True
    return settings.seeds is not None and path.is_relative_to(settings.seeds)


def _given(settings: Settings) -> list[str]:
    """Return the settings that were given, in the order of the table; two have their own place in the report."""
    order = {option.field: position for position, option in enumerate(OPTIONS)}
    given = settings.sources.keys() - {"migrations", "evidence"}
    return sorted(given, key=lambda name: (order.get(name, len(order)), name))


def _setting(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    source = settings.source(name)
    if name == "server":
        value = masked_address(value)
    if isinstance(value, Path):
        return f"{name} {shortened(value)} ({source})"
    if name == "levels":
        return f"levels {', '.join(f'{check} {level}' for check, level in value.items())} ({source})"
    if name == "waivers":
        return f"{len(value)} waivers ({source})"
    if name == "history":
        return f"history {value.table} ({source})"
    if isinstance(value, tuple):
        return f"{name} {', '.join(shortened(v) if isinstance(v, Path) else v for v in value)} ({source})"
    return f"{name} {value} ({source})"


def _names(paths: tuple[Path, ...], root: Path) -> str:
    names = [os.path.relpath(path, root) if path.is_relative_to(root) else str(path) for path in paths]
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + more

"""The text of a new pgproof.toml: only what a run needs, each line with its reason."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pgproof.catalog.contract.toml import value_text
from pgproof.commands.init_age import Ages
from pgproof.commands.line import Given
from pgproof.settings import Settings
from pgproof.settings.options import OPTIONS

_NOT_OF_A_TEAM = frozenset({
    "migrations", "server", "pg_bin", "scratch", "evidence", "keep", "keep_rows", "profile", "since", "read_everything",
})  # fmt: skip
"""Settings that have their own place, or belong to one machine or one run."""
_IMAGE = re.compile(r"image:\s*[\"']?(?:[\w.-]+/)*(postgres|postgis|timescaledb|pgvector)[\w./-]*:[\w.-]*?(\d{2})\b")
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def settings_file(here: Path, given: Given, settings: Settings, *, since: str | None, ages: Ages) -> str:
    """Return the text; ``since`` is what older migrations are told by, where there are many."""
    return "\n".join([*_lines(here, given, settings, since, ages), ""])


def _lines(here: Path, given: Given, settings: Settings, since: str | None, ages: Ages) -> Iterator[str]:
    folder = Path(os.path.relpath(settings.migrations, here)).as_posix()
    yield "# Settings of pgproof: `pgproof verify` reads them. `pgproof verify --help` lists all."
    yield f"migrations = {value_text(folder)}"
    for option in OPTIONS:
        if option.field in given.fields and option.field not in _NOT_OF_A_TEAM and not option.is_selection:
            yield f"{option.field} = {_value(getattr(settings, option.field), here)}"
    if "pg_version" not in given.fields and (seen := _version(here)):
        place, major = seen
        yield f"# pg_version = {major}   # as in {place}; without it, any PostgreSQL at hand is used"
    profile = given.fields.get("profile") or ("adopt" if since else None)
    if profile is not None:
        yield ""
        if since:
            yield f"# {len(ages.old)} migrations are older than a month: they are applied, and taken as they are."
        yield f"profile = {value_text(str(profile))}"
    asked = given.fields.get("since")
    if asked or since:
        yield f"since = {value_text(str(asked or since))}"


def _value(value: object, here: Path) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value_text(Path(os.path.relpath(value, here)).as_posix() if isinstance(value, Path) else str(value))


def _version(here: Path) -> tuple[str, str] | None:
    """Return the file that runs a PostgreSQL in a container, and its major version."""
    for name in _COMPOSE:
        path = here / name
        if path.is_file() and (found := _IMAGE.search(path.read_text(encoding="utf-8", errors="replace"))):
            return name, found[2]
    return None

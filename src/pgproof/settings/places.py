"""Where migrations are usually kept, so that a message can name what is there."""

from __future__ import annotations

import os
from pathlib import Path

from pgproof.errors import UsageFault
from pgproof.settings import crates

DEFAULT = "migrations"

_USUAL = (
    "migrations", "db/migrations", "db/migrate", "sql/migrations", "database/migrations", "prisma/migrations",
    "supabase/migrations", "src/main/resources/db/migration", "schema/migrations", "internal/migrations",
    "backend/migrations", "server/migrations", "api/migrations", "drizzle", "sql",
)


def default_migrations(cwd: Path) -> Path:
    """Return ``migrations`` below the working directory, else a crate ``migration``.

    Raises UsageFault that names what lies nearby.
    """
    path = cwd / DEFAULT
    if path.exists():
        return existing(path, cwd)
    if crates.is_crate(cwd / crates.USUAL):
        return cwd / crates.USUAL
    raise UsageFault(f"No migrations directory was named, and there is none at {path}.", _where(cwd))


def existing(path: Path, cwd: Path) -> Path:
    """Return the directory, of a SeaORM project the one of its migrations; raises UsageFault where it is none."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a directory on the way may not be entered
        if os.access(path, os.R_OK | os.X_OK):
            is_project = not crates.is_crate(path) and crates.is_crate(path / crates.USUAL)
            return path / crates.USUAL if is_project else path
        raise UsageFault(
            f"The migrations directory {path} cannot be read: Permission denied.",
            "Let the user who runs pgproof read and enter it.",
        )
    what = "is a file, not a directory" if path.exists() else "does not exist"
    raise UsageFault(f"The migrations directory {path} {what}.", _where(cwd))


def _where(cwd: Path) -> str:
    near = [usual for usual in _USUAL if (cwd / usual).is_dir()]
    if near:
        return f"There is {', '.join(near)}: try `pgproof verify {near[0]}`."
    return 'Name it: `pgproof verify DIR`, or migrations = "DIR" in pgproof.toml.'

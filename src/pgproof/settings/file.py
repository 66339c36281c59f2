"""Which settings file a run reads, and for which migrations directory that file speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgproof.settings import places
from pgproof.settings.reading import read_toml

OF_ONE_HISTORY = frozenset(
    {
        "layout", "locations", "groups", "base", "role", "history", "tool", "sea_orm", "contract", "lock", "baseline",
        "sizes", "seeds", "since", "keep_rows", "waivers",
    }
)  # fmt: skip
"""Settings that mean nothing for the migrations of another directory; all others are a team's habits."""
BESIDE = {
    "contract": "contract.toml", "lock": "pgproof.lock", "baseline": "pgproof.baseline.toml", "sizes": "sizes.toml",
    "seeds": "seed",
}  # fmt: skip
"""What is found without being named, in the migrations directory or beside the settings file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A settings file, with the table of it that is pgproof's."""

    path: Path
    table: object

    @property
    def folder(self) -> Path:
        """Where it lies; its paths are relative to that."""
        return self.path.parent

    @property
    def place(self) -> str:
        """What messages call it."""
        return self.path.name if self.path.name == "pgproof.toml" else f"{self.path.name} [tool.pgproof]"

    def speaks_for(self, migrations: Path, named: object) -> bool:
        """Whether it is about this directory: the one that it names, else ``migrations`` beside it, else any."""
        own = Path(str(named)) if named else self.folder / places.DEFAULT
        if not own.is_dir():
            return not named
        return own.samefile(migrations)


def find(migrations: Path | None, cwd: Path) -> File | None:
    """Return the settings file: one in or above a directory that was named, else in or above the working directory.

    The nearest pgproof.toml, else the nearest pyproject.toml with [tool.pgproof].
    """
    return (_nearest(tuple(_within_repository(migrations))) if migrations else None) or _nearest((cwd, *cwd.parents))


def _within_repository(folder: Path) -> Iterator[Path]:
    """Yield a directory and those above it, up to the root of its repository, or of the file system."""
    start = folder.resolve() if ".." in folder.parts else folder
    for one in (start, *start.parents):
        yield one
        if (one / ".git").exists():
            return


def _nearest(folders: tuple[Path, ...]) -> File | None:
    for folder in folders:
        if (folder / "pgproof.toml").is_file():
            return File(path=folder / "pgproof.toml", table=read_toml(folder / "pgproof.toml"))
    for folder in folders:
        path = folder / "pyproject.toml"
        if not path.is_file():
            continue
        tool = read_toml(path).get("tool")
        if isinstance(tool, Mapping) and "pgproof" in tool:
            return File(path=path, table=tool["pgproof"])
    return None

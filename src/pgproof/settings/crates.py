"""Crates of SeaORM migrations: where a project keeps one, and where its sources are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = "sea-orm-migration"
USUAL = "migration"
"""Where ``sea-orm-cli migrate init`` puts the crate."""


def of(folder: Path) -> Path | None:
    """Return the crate of migrations that a directory is, holds as ``migration/``, or is the sources of; else None."""
    for one in (folder, folder / USUAL, folder.parent if folder.name == "src" else folder):
        if is_crate(one):
            return one
    return None


def is_crate(folder: Path) -> bool:
    """Return whether a directory is a crate that depends on sea-orm-migration."""
    return any(
        PACKAGE in {name, given.get("package") if isinstance(given, Mapping) else None}
        for name, given in _dependencies(manifest(folder))
    )


def sources(folder: Path) -> Path:
    """Return the directory of a crate's library, or of its program; the folder itself where it is no crate."""
    crate = of(folder)
    if crate is None:
        return folder
    content = manifest(crate)
    library = content.get("lib")
    given = library.get("path") if isinstance(library, Mapping) else None
    return (crate / str(given or "src/lib.rs")).parent.resolve() if given else crate / "src"


def manifest(folder: Path) -> Mapping[str, object]:
    """Return what a Cargo.toml says; nothing where there is none, or none that can be read."""
    import tomllib  # noqa: PLC0415 - most projects have no crate

    try:
        return tomllib.loads((folder / "Cargo.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}


def _dependencies(content: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    given = content.get("dependencies")
    if isinstance(given, Mapping):
        yield from given.items()
    targets = content.get("target")
    for target in targets.values() if isinstance(targets, Mapping) else ():
        if isinstance(target, Mapping) and isinstance(target.get("dependencies"), Mapping):
            yield from target["dependencies"].items()

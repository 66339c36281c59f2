"""``pgproof lock``: writes down which migrations are released and what they hold, or says what is not written down."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgproof.commands import Answer, command
from pgproof.commands.line import read_words
from pgproof.errors import UsageFault, did_you_mean
from pgproof.released.contents import Contents
from pgproof.released.lockfile import NAME, read_lock, text_of
from pgproof.settings import Settings
from pgproof.tool import layouts

DIFFERS = 1
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How a directory is not what its lockfile says."""

    new: Sequence[str]
    edited: Sequence[str]
    gone: Mapping[str, str]
    """Version → the new migration that has its content, or nothing."""

    @property
    def broken(self) -> list[str]:
        """The versions that are not what was released."""
        return [*self.edited, *self.gone]

    def lines(self) -> list[str]:
        """Return one line for each migration that is not what was released."""
        gone = [f"  {v} is gone" + (f": renamed to {to}?" if to else "") for v, to in self.gone.items()]
        return [*(f"  {version} was edited" for version in self.edited), *gone]


def run(words: Sequence[str]) -> Answer:
    """Add new migrations to the lockfile; with --check say how the directory differs."""
    given = read_words(command("lock"), words)
    settings = given.settings(directory=next(iter(given.positional), None), to_write=frozenset({"lock"}))
    if given.has("--check"):
        if given.has("--accept"):
            raise UsageFault("--check writes nothing, and --accept would.", "Leave one of the two out.")
        return check_lock(settings)
    return write_lock(settings, given.texts("--accept"))


def check_lock(settings: Settings) -> Answer:
    """Return how the directory differs from its lockfile; exit code 1 where it does."""
    file = place(settings)
    if not file.is_file():
        return Answer(lines=(f"{_shown(file)} does not exist: `pgproof lock` writes it.",), code=DIFFERS)
    found, _ = _differences(settings, read_lock(file))
    lines = found.lines() + [f"  {version} is not written down" for version in found.new]
    if not lines:
        return Answer(lines=(f"{_shown(file)} says what is there.",))
    remedy = _REMEDY if found.broken else "`pgproof lock` writes them down."
    return Answer(lines=(f"{_shown(file)} does not say what is there:", *_some(lines), remedy), code=DIFFERS)


def write_lock(settings: Settings, accepted: Sequence[str] = ()) -> Answer:
    """Write down what is new, and what is accepted; nothing at all where another released migration was changed."""
    file = place(settings)
    locked = read_lock(file) if os.path.lexists(file) else {}
    found, there = _differences(settings, locked)
    _demand_changed(accepted, found, file)
    left = [line for version, line in zip(found.broken, found.lines(), strict=True) if version not in accepted]
    if left:
        lines = (f"{_shown(file)} was not written: a released migration is not what it was.", *_some(left), _REMEDY)
        return Answer(lines=lines, code=DIFFERS)
    kept = {version: locked[version] for version in locked if version not in found.gone}
    text = text_of({**kept, **there})
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return Answer(lines=(f"{_shown(file)} is up to date.",))
    _write(file, text)
    done = [f"  {version} is released as it is now" for version in found.edited]
    done += [f"  {version} is no longer among the released ones" for version in found.gone]
    done += [f"  {version} is released" for version in found.new]
    return Answer(lines=(f"Wrote {_shown(file)}: {len(there)} released.", *_some(done)))


def place(settings: Settings) -> Path:
    """Return where the lockfile is, or will be: beside the settings file, else in the migrations directory."""
    return settings.lock or (settings.home or settings.migrations) / NAME


_REMEDY = (
    "Put the old content back and write a new migration; or, where every database may differ from now on, "
    "`pgproof lock --accept=VERSION`."
)


def _differences(settings: Settings, locked: Mapping[str, str]) -> tuple[Differences, Mapping[str, str]]:
    """Return what differs, and version → checksum of what is there."""
    there = Contents(layouts.detect([settings.migrations, *settings.locations], settings.layout)).checksums
    new = [version for version in there if version not in locked]
    by_content = {there[version]: version for version in reversed(new)}
    found = Differences(
        new=new,
        edited=[version for version in there if locked.get(version, there[version]) != there[version]],
        gone={version: by_content.get(locked[version], "") for version in locked if version not in there},
    )
    return found, there


def _demand_changed(accepted: Iterable[str], found: Differences, file: Path) -> None:
    for version in accepted:
        if version not in found.broken:
            raise UsageFault(
                f"--accept={version}: {_shown(file)} holds no such migration that was edited or is gone."
                f"{did_you_mean(version, found.broken)}",
                "`pgproof lock --check` names them.",
            )


def _write(file: Path, text: str) -> None:
    """Put a new text in the place of the old one, whole or not at all."""
    target = file.resolve()
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pgproof-lock-") as folder:
            draft = Path(folder) / target.name
            draft.write_bytes(text.encode("utf-8"))
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
    except OSError as exc:
        raise UsageFault(f"{file} cannot be written: {exc.strerror}.", "Name a file with --lock=FILE.") from exc


def _some(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"  and {more} more"] if more > 0 else [])]


def _shown(file: Path) -> str:
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)

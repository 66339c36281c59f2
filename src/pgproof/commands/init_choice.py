"""Which directory ``pgproof init`` is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pgproof.commands.init_age import shown
from pgproof.commands.init_found import Found, Other, Survey, survey
from pgproof.commands.line import Given
from pgproof.errors import UsageFault
from pgproof.settings.file import find
from pgproof.settings.places import existing


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The migrations directory, and what else there is."""

    folder: Path
    others: tuple[Other, ...] = ()
    unread: tuple[Path, ...] = ()
    """Directories that may not be read."""


def choose(given: Given, here: Path) -> Choice:
    """Return the directory that is named, in the words or in a settings file, else the only one there is."""
    named = next(iter(given.positional), None) or given.fields.get("migrations")
    if named is not None:
        return Choice(folder=existing((here / str(named)).absolute(), here))
    file = find(None, here)
    told = file.table.get("migrations") if file is not None and isinstance(file.table, dict) else None
    if file is not None and told:
        return Choice(folder=existing(file.folder / str(told), here))
    found = survey(here)
    likely = found.likely or found.tests
    if len(likely) == 1 and likely[0].history is not None:
        return Choice(folder=likely[0].folder, others=found.others, unread=found.unread)
    if len(likely) == 1 and likely[0].fault is not None:
        fault = likely[0].fault
        again = f"pgproof init {shown(likely[0].folder)}{' --layout=NAME' if '--layout' in fault.remedy else ''}"
        raise UsageFault(fault.message, f"{fault.remedy} Then write {again}; nothing was written.")
    raise _several(found) if likely else _none(found, here)


def _several(found: Survey) -> UsageFault:
    lines = [f"  pgproof init {shown(one.folder)}   ({_said(one)})" for one in (*found.likely, *found.tests)]
    return UsageFault("There are migrations in several directories.", "\n".join(["Say which ones:", *lines]))


def _none(found: Survey, here: Path) -> UsageFault:
    if found.unread:
        names = ", ".join(shown(folder) for folder in found.unread)
        return UsageFault(
            f"There are no migrations below {here}, as far as it may be read: not {names}.",
            "Let the user who runs pgproof read and enter it; nothing was written.",
        )
    if found.others:
        seen = "; ".join(f"{one.count} files of {one.tool} in {shown(one.folder)}" for one in found.others)
        return UsageFault(
            f"There are no migrations in SQL here, but {seen}.",
            "This version of pgproof cannot run these tools; nothing was written. If there is SQL elsewhere: "
            "pgproof init DIR.",
        )
    return UsageFault(
        f"There are no migrations below {here}.", "Name their directory: pgproof init DIR; nothing was written."
    )


def _said(one: Found) -> str:
    return f"{len(one.history.migrations)} of {one.history.layout}" if one.history else "not readable without --layout"

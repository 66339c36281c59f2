"""The table ``[sea_orm]``: how a crate of SeaORM migrations is built, or which program is used instead."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from pgproof.errors import UsageFault
from pgproof.settings.model import SeaOrm
from pgproof.settings.reading import Keys


def read_sea_orm(values: object, place: str, folder: Path) -> SeaOrm:
    """Return how SeaORM is called; a program with a slash in its name is looked for from ``folder`` on."""
    keys = Keys(values, place)
    given, cargo = keys.text("program"), keys.texts("cargo")
    keys.done()
    if given is None:
        return SeaOrm(cargo=cargo)
    if cargo:
        raise UsageFault(
            f"{place} names a program, and options for cargo to build one.", "Take one of 'program' and 'cargo' out."
        )
    try:
        words = shlex.split(given)
    except ValueError as exc:
        raise keys.wrong("program", given, f"a command in the shell's words ({exc})") from exc
    return SeaOrm(program=(_found(words[0], place, folder), *words[1:]))


def _found(program: str, place: str, folder: Path) -> str:
    """Return the whole path of a program; raises UsageFault where there is none."""
    path = folder / Path(program).expanduser() if "/" in program else shutil.which(program)
    if path is None or shutil.which(path) is None:
        where = "on PATH" if path is None else f"at {path}"
        raise UsageFault(
            f"{place}: there is no program {program!r} {where}.",
            "Build it, or correct 'program'; without it, pgproof builds the crate itself.",
        )
    return str(Path(path).absolute())

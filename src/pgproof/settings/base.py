"""The table ``[base]``: what is there before the first migration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pgproof.errors import UsageFault
from pgproof.settings.model import Base
from pgproof.settings.reading import Keys


def read_base(values: object, place: str, folder: Path) -> Base:
    """Return the base; paths are relative to ``folder``, and a directory stands for its SQL files, by name."""
    keys = Keys(values, place)
    base = Base(
        roles=keys.texts("roles"),
        schemas=keys.texts("schemas"),
        extensions=keys.texts("extensions"),
        settings=_settings(keys),
        sql=tuple(path for text in keys.texts("sql") for path in _files(folder / Path(text).expanduser(), place)),
    )
    keys.done()
    return base


def _settings(keys: Keys) -> dict[str, str]:
    given = keys.take("settings")
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise keys.wrong("settings", given, 'a table such as { search_path = "app, public" }')
    return {name: _value(name, value, keys) for name, value in given.items()}


def _value(name: str, value: object, keys: Keys) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str | int | float):
        return str(value)
    raise keys.wrong(f"settings.{name}", value, "a text, a number, true or false")


def _files(path: Path, place: str) -> tuple[Path, ...]:
    path = path.absolute()
    if path.is_dir():
        found = tuple(sorted(path.glob("*.sql")))
        if not found:
            raise UsageFault(f"{place}: the directory {path} holds no .sql file.", "Correct 'sql' there.")
        return found
    if not path.is_file():
        raise UsageFault(f"{place}: there is no file {path}.", "Correct 'sql' there: paths are relative to that file.")
    return (path,)

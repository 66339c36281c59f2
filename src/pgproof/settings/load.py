"""From files, environment and options to Settings; the later wins, and what is unknown is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pgproof.errors import UsageFault, did_you_mean
from pgproof.finding import Level
from pgproof.masking import masked
from pgproof.settings import places
from pgproof.settings.base import read_base
from pgproof.settings.file import BESIDE, OF_ONE_HISTORY, File, find
from pgproof.settings.model import OPTION, HistoryOverride, Settings, Waiver
from pgproof.settings.options import OPTIONS, Option
from pgproof.settings.reading import Keys
from pgproof.settings.sea_orm import read_sea_orm
from pgproof.settings.tool import read_tool

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_OWN_TESTS = "PGPROOF_TEST_"
"""Variables of pgproof's own tests are no settings."""


def load(
    options: Mapping[str, object], *, cwd: Path, environ: Mapping[str, str], to_write: frozenset[str] = frozenset()
) -> Settings:
    """Return the settings; ``options`` maps fields to the text, flag or list of texts that was given.

    ``to_write`` are fields whose file need not be there yet.
    """
    given = {**_from_environment(environ, cwd), **_from_options(options, cwd)}
    named = _migrations(given["migrations"][0], cwd) if "migrations" in given else None
    file = find(named, cwd)
    values, sources = _from_file(file) if file else ({}, {})
    own = values.get("migrations")
    migrations = named or _migrations(own, cwd)
    foreign = file if file and not file.speaks_for(migrations, own) else None
    left_out = _leave_out(values, foreign) if foreign else ()
    folders = [migrations, *([file.folder] if file and not foreign else [])]
    sources = {name: source for name, source in sources.items() if name in values}
    for name, (value, source) in given.items():
        values[name], sources[name] = value, source
    to_write |= {"baseline"} if "accept" in values else set()
    for name, beside in BESIDE.items():
        found = values.get(name) or _default_beside(beside, folders)
        if found is not None:
            values[name] = Path(str(found)) if name in to_write else _existing(name, Path(str(found)))
    values |= {"migrations": migrations, "file": file.path if file else None, "left_out": left_out}
    values["home"] = file.folder if file and not foreign else None
    return Settings(**values, sources=sources)  # type: ignore[arg-type]  # each was checked against its form


def _from_file(file: File) -> tuple[dict[str, object], dict[str, str]]:
    place, folder = file.place, file.folder
    keys = Keys(file.table, place)
    values: dict[str, object] = {}
    for option in OPTIONS:
        if option.is_selection or (value := keys.take(option.field)) is None:
            continue
        if not _has_form(option, value):
            raise keys.wrong(option.field, value, _wanted(option))
        values[option.field] = _whole(option, value, folder, place)
    values |= _tables(keys, place, folder)
    keys.done()
    return values, dict.fromkeys(values, file.path.name)


def _tables(keys: Keys, place: str, folder: Path) -> dict[str, object]:
    """Return the settings that only a file can have: tables, and lists of such."""
    values: dict[str, object] = {}
    if (levels := keys.take("levels")) is not None:
        values["levels"] = _levels(levels, f"{place} [levels]")
    if (waivers := keys.take("waiver")) is not None:
        if not isinstance(waivers, list):
            raise keys.wrong("waiver", waivers, "a list of tables, each written [[waiver]]")
        values["waivers"] = tuple(_waiver(waiver, f"{place} [[waiver]]") for waiver in waivers)
    if (history := keys.take("history")) is not None:
        values["history"] = _history(history, f"{place} [history]")
    if (tool := keys.take("tool")) is not None:
        values["tool"] = read_tool(tool, f"{place} [tool]", folder)
    if (sea_orm := keys.take("sea_orm")) is not None:
        values["sea_orm"] = read_sea_orm(sea_orm, f"{place} [sea_orm]", folder)
    if (locations := keys.take("locations")) is not None:
        values["locations"] = _locations(keys, locations, folder)
    if (base := keys.take("base")) is not None:
        values["base"] = read_base(base, f"{place} [base]", folder)
    return values


def _leave_out(values: dict[str, object], file: File) -> tuple[str, ...]:
    """Take away what the file says of another history, and return the names of that."""
    names = {name for name, beside in BESIDE.items() if (file.folder / beside).exists()}
    for name in OF_ONE_HISTORY & values.keys():
        names.add(name)
        del values[name]
    return tuple(sorted(names))


def _from_environment(environ: Mapping[str, str], cwd: Path) -> dict[str, tuple[object, str]]:
    known = {option.environment: option for option in OPTIONS if not option.is_selection}
    found: dict[str, tuple[object, str]] = {}
    for name in sorted(environ):
        if not name.startswith("PGPROOF_") or name.startswith(_OWN_TESTS):
            continue
        if name not in known:
            raise UsageFault(
                f"The environment variable {name} is unknown.{did_you_mean(name, known)}",
                f"Unset it; known: {', '.join(known)}.",
            )
        option = known[name]
        found[option.field] = (_whole(option, _parsed(option, environ[name], name), cwd, name), name)
    return found


def _from_options(options: Mapping[str, object], cwd: Path) -> dict[str, tuple[object, str]]:
    found: dict[str, tuple[object, str]] = {}
    for option in OPTIONS:
        given = options.get(option.field)
        if given is None or given is False or given == []:
            continue
        name = f"--{option.name}"
        value = _parsed(option, given, name) if isinstance(given, str) else given
        found[option.field] = (_whole(option, value, cwd, name), OPTION)
    return found


def _parsed(option: Option, text: str, name: str) -> object:
    """Return a text of the command line or the environment as the option's form."""
    if option.form == "number":
        try:
            return int(text)
        except ValueError as exc:
            raise _unfit(option, text, name) from exc
    if option.form == "flag":
        if text.casefold() in _TRUE | _FALSE:
            return text.casefold() in _TRUE
        raise _unfit(option, text, name)
    if not text.strip():
        raise _unfit(option, text, name)
    return text


def _has_form(option: Option, value: object) -> bool:
    if option.form == "flag":
        return isinstance(value, bool)
    if option.form == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) and bool(value.strip())


def _whole(option: Option, value: object, base: Path, name: str) -> object:
    """Return the value as Settings holds it; raises UsageFault where it is out of bounds."""
    if option.form == "number" and isinstance(value, int) and value < option.least:
        raise _unfit(option, value, name)
    if option.choices and value not in option.choices:
        raise UsageFault(
            f"{name}: {option.field} '{value}' is unknown.{did_you_mean(str(value), option.choices)}",
            f"Known: {', '.join(option.choices)}.",
        )
    if option.form == "path":
        return (base / Path(str(value)).expanduser()).absolute()
    if option.form == "texts" and isinstance(value, list):
        return tuple(value)
    return value


def _wanted(option: Option) -> str:
    if option.form == "number":
        return f"a whole number from {option.least}"
    return {"flag": "true or false", "path": "a path"}.get(option.form, "a text")


def _unfit(option: Option, value: object, name: str) -> UsageFault:
    shown = masked(f"{value!r}")
    return UsageFault(f"{name} must be {_wanted(option)}, and is {shown}.", f"{name}: {option.help}.")


def _levels(values: object, place: str) -> dict[str, Level]:
    keys = Keys(values, place)
    found: dict[str, Level] = {}
    for check in values if isinstance(values, Mapping) else ():
        level = keys.take(check)
        if level not in tuple(Level):
            raise keys.wrong(check, level, "gate, advice or off")
        found[check] = Level(str(level))
    return found


def _waiver(values: object, place: str) -> Waiver:
    keys = Keys(values, place)
    waiver = Waiver(
        check=keys.needed("check"),
        subject=keys.needed("subject"),
        reason=keys.needed("reason"),
        until=keys.day("until"),
    )
    keys.done()
    return waiver


def _history(values: object, place: str) -> HistoryOverride:
    keys = Keys(values, place)
    history = HistoryOverride(
        table=keys.needed("table"), version=keys.needed("version"), applied_at=keys.text("applied_at")
    )
    keys.done()
    return history


def _locations(keys: Keys, given: object, folder: Path) -> tuple[Path, ...]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
        raise keys.wrong("locations", given, "a list of paths")
    return tuple((folder / Path(one).expanduser()).absolute() for one in given)


def _migrations(given: object, cwd: Path) -> Path:
    return places.default_migrations(cwd) if given is None else places.existing(Path(str(given)), cwd)


def _default_beside(name: str, folders: Iterable[Path]) -> Path | None:
    """Return what lies in the migrations directory or beside the settings file; two of them are one too many."""
    once = {folder.resolve(): folder for folder in folders}
    found = [folder / name for folder in once.values() if (folder / name).exists()]
    if len(found) > 1:
        raise UsageFault(f"There are {found[0]} and {found[1]}.", "Keep one of them, or name the one that counts.")
    return found[0] if found else None


def _existing(name: str, path: Path) -> Path:
    is_there = path.is_dir() if name == "seeds" else path.is_file()
    if not is_there:
        wanted = "directory" if name == "seeds" else "file"
        raise UsageFault(f"{name}: there is no {wanted} {path}.", f"Correct --{name}, or leave it out.")
    return path

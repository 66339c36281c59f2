"""What the words after the name of a command mean: directory, options of the command, settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgproof.commands import Command, Own
from pgproof.errors import UsageFault, did_you_mean
from pgproof.settings import Settings, load
from pgproof.settings.options import OPTIONS, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a command was given."""

    positional: tuple[str, ...] = ()
    """The words without a dash, in their order."""
    own: tuple[tuple[str, str], ...] = ()
    """The options that only this command has: flag and value, which is empty where it takes none."""
    fields: Mapping[str, object]
    """The settings that were given, as ``load`` takes them."""
    after: tuple[str, ...] = ()
    """The words after ``--``."""

    def has(self, flag: str) -> bool:
        """Return whether an option of the command was given."""
        return any(given == flag for given, _ in self.own)

    def texts(self, flag: str) -> tuple[str, ...]:
        """Return all values of an option of the command."""
        return tuple(value for given, value in self.own if given == flag)

    def text(self, flag: str) -> str | None:
        """Return the last value of an option of the command."""
        return next(reversed(self.texts(flag)), None)

    def settings(
        self, *, directory: str | None = None, cwd: Path | None = None, to_write: frozenset[str] = frozenset()
    ) -> Settings:
        """Return the settings of the run; ``to_write`` are fields whose file need not be there yet."""
        fields = {**self.fields, **({} if directory is None else {"migrations": directory})}
        return load(fields, cwd=cwd or Path.cwd(), environ=os.environ, to_write=to_write)


def read_words(command: Command, words: Sequence[str]) -> Given:
    """Return what the words mean to a command; raises UsageFault that names the first one that means nothing."""
    own = {option.flag: option for option in command.options}
    settings = {f"--{option.name}": option for option in _settings_of(command)} if command.has_settings else {}
    positional: list[str] = []
    taken: list[tuple[str, str]] = []
    given: list[tuple[str, str | bool]] = []
    end = list(words).index("--") if command.passes_on and "--" in words else len(words)
    left = list(words[:end])
    while left:
        word = left.pop(0)
        flag, is_joined, value = word.partition("=")
        if flag in own:
            taken.append((flag, _value(own[flag], is_joined, value, left)))
        elif flag in settings and flag not in own:
            given.append(read_setting(settings[flag], flag, is_joined, value, left))
        elif word.startswith("-") or len(positional) == command.most:
            raise _unknown(command, word, [*own, *settings])
        else:
            positional.append(word)
    return Given(positional=tuple(positional), own=tuple(taken), fields=fields_of(given), after=tuple(words[end + 1 :]))


def read_setting(option: Option, flag: str, is_joined: str, value: str, left: list[str]) -> tuple[str, str | bool]:
    """Return the field and the value of a setting; takes the value from ``left`` where it is a word of its own."""
    if option.form == "flag":
        return option.field, value if is_joined else True
    return option.field, _value(Own(flag=flag, help=option.help, metavar=option.metavar), is_joined, value, left)


def fields_of(given: Iterable[tuple[str, str | bool]]) -> dict[str, object]:
    """Return settings by field, as ``load`` takes them."""
    repeatable = {option.field for option in OPTIONS if option.form == "texts"}
    fields: dict[str, object] = {}
    for field, value in given:
        fields[field] = [*_listed(fields.get(field)), value] if field in repeatable else value
    return fields


def _value(option: Own, is_joined: str, value: str, left: list[str]) -> str:
    if not option.metavar:
        if is_joined:
            raise UsageFault(f"{option.flag} takes no value.", f"Write {option.flag} alone: {option.help}.")
        return ""
    if is_joined:
        return value
    if left:
        return left.pop(0)
    raise UsageFault(f"{option.flag} needs a value.", f"Write {option.flag}={option.metavar}: {option.help}.")


def _settings_of(command: Command) -> list[Option]:
    return [option for option in OPTIONS if command.selects or not option.is_selection]


def _unknown(command: Command, word: str, known: Iterable[str]) -> UsageFault:
    flag = word.partition("=")[0]
    closest = did_you_mean(flag, known) if word.startswith("-") else ""
    what = f"{flag} is no option" if word.startswith("-") else f"'{word}' is one word too many"
    usage = f"pgproof {command.name} {command.words}"
    return UsageFault(
        f"{what} of {command.name}.{closest}", f"Write {usage}; `pgproof {command.name} --help` says more."
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []

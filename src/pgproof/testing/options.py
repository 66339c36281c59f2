"""pytest's options, made from the one table, and the settings of a pytest run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.errors import UsageFault, did_you_mean
from pgproof.settings import Settings, load
from pgproof.settings.model import DEFAULT
from pgproof.settings.options import OPTIONS, Option
from pgproof.testing.neighbour import neighbours_server

PREFIX = "--pgproof-"
COMMAND_INI = Path(__file__).with_name("verify.ini")
"""The configuration that the command brings along."""

_PYTEST_WORDS = (
    "collect-only", "last-failed", "failed-first", "new-first", "stepwise", "maxfail", "exitfirst", "durations",
    "deselect", "junit-xml", "junit-prefix", "numprocesses", "dist", "verbose", "quiet", "capture", "show-capture",
    "color", "cache-clear", "cache-show", "tb", "setup-show", "strict-markers", "override-ini", "version", "help",
    "markers",
)


def add_options(parser: pytest.Parser) -> None:
    """Register every setting as ``--pgproof-<name>=value``."""
    group = parser.getgroup("pgproof", "pgproof: proves that PostgreSQL migrations are safe to ship")
    for option in OPTIONS:
        flag, dest, text = f"{PREFIX}{option.name}", _dest(option), option.help.replace("%", "%%")
        if option.form == "flag":
            group.addoption(flag, dest=dest, action="store_true", default=None, help=text)
        elif option.form == "texts":
            group.addoption(flag, dest=dest, action="append", default=None, metavar=option.metavar, help=text)
        else:
            group.addoption(flag, dest=dest, action="store", default=None, metavar=option.metavar, help=text)


def settings_of(config: pytest.Config) -> Settings:
    """Return the settings of this pytest run; raises UsageFault."""
    given = {option.field: config.getoption(_dest(option), None) for option in OPTIONS}
    settings = load(given, cwd=config.invocation_params.dir, environ=os.environ)
    address = neighbours_server(config)
    if address is None or settings.source("server") != DEFAULT:
        return settings
    return replace(settings, server=address, sources={**settings.sources, "server": "pytest-postgresql's options"})


def names_migrations(config: pytest.Config) -> bool:
    """Return whether the command line names a migrations directory."""
    return config.getoption("pgproof_migrations", None) is not None


def is_command(config: pytest.Config) -> bool:
    """Return whether this run is one of `pgproof verify`, which no project has a part in."""
    return config.inipath == COMMAND_INI


def demand_known(parser: pytest.Parser, args: Sequence[str], *, is_command: bool) -> None:
    """Raise UsageFault for the first option that nobody knows, with the closest one.

    Of plain pytest only ``--pgproof-…`` is judged here: a project's conftest.py may add what it likes.
    """
    try:
        unknown = parser.parse_known_and_unknown_args(list(args))[1]
    except pytest.UsageError:
        return
    for word in unknown:
        name = word.partition("=")[0]
        if name.startswith(PREFIX) or (is_command and name.startswith("-") and name != "--"):
            raise _misspelt(name, is_command=is_command)


def _misspelt(name: str, *, is_command: bool) -> UsageFault:
    ours = [option.name for option in OPTIONS]
    word = name.removeprefix(PREFIX).lstrip("-")
    if is_command:
        closest = did_you_mean(word, [*ours, *_PYTEST_WORDS]).replace("'", "'--", 1)
        return UsageFault(
            f"There is no option --{word}.{closest}",
            "`pgproof verify --help` lists them; those of a plugin of pytest need -p NAME, which loads it.",
        )
    closest = did_you_mean(word, ours).replace("'", f"'{PREFIX}", 1)
    return UsageFault(f"There is no option {name}.{closest}", "`pytest --help` lists them under 'pgproof'.")


def _dest(option: Option) -> str:
    return f"pgproof_{option.field}"

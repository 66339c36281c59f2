"""The ``pgproof`` command: finds out which of its commands is meant, and prints what that answers."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper

from pgproof.commands import COMMANDS, Answer, Command
from pgproof.errors import PgproofError, UsageFault, did_you_mean
from pgproof.masking import masked
from pgproof.settings.options import OPTIONS

USAGE = 4
FAILED = 3
INTERRUPTED = 2

_HEAD = "pgproof proves that PostgreSQL migrations are safe to ship.\n"
_MORE = """
`pgproof verify` writes reports/junit.xml. Options of pytest are taken as well: -n 2, -x, -k, --lf, --junit-xml=FILE.
Exit code: 0 all claims hold, 1 findings, 2 interrupted, 3 pgproof itself failed, 4 usage, no server, nothing selected.
"""
_SETTINGS = "Settings (also in pgproof.toml or [tool.pgproof] of pyproject.toml, and as PGPROOF_<NAME>):"


def main(args: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code where it does not become pytest."""
    words = list(sys.argv[1:] if args is None else args)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Japanese is no reason to fail
    try:
        answer = _answer(words)
        if answer.lines:
            print(masked("\n".join(answer.lines)))  # noqa: T201 - a command prints
    except PgproofError as fault:
        print(masked(f"pgproof: {fault}"), file=sys.stderr)  # noqa: T201 - a command prints
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of `pgproof checks | head` has left
        return 0
    except Exception:  # noqa: BLE001 - a fault of pgproof's own is shown whole, and is no finding
        import traceback  # noqa: PLC0415 - most runs have no such fault

        print(masked(f"{traceback.format_exc()}pgproof itself failed (please report it)"), file=sys.stderr)  # noqa: T201
        return FAILED
    return answer.code


def _answer(words: list[str]) -> Answer:
    name = words[0] if words else "--help"
    if name in {"--help", "-h", "help"}:
        return Answer(lines=tuple(_help()))
    if name in {"--version", "-V"}:
        from importlib.metadata import version  # noqa: PLC0415 - costs as much as all of the command

        return Answer(lines=(f"pgproof {version('pgproof')}",))
    command = next((one for one in COMMANDS if one.name == name), None)
    if command is None:
        closest = did_you_mean(name, [one.name for one in COMMANDS])
        raise UsageFault(f"There is no command '{name}'.{closest}", "`pgproof --help` says more.")
    if {"--help", "-h"} & set(words[1:]):
        return Answer(lines=tuple(_help_of(command)))
    return _run(command, words[1:])


def _run(command: Command, words: list[str]) -> Answer:
    """Return what a command answers; SIGTERM ends it as Ctrl-C does, so that it leaves nothing behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        answer: Answer = importlib.import_module(command.module).run(words)
    finally:
        signal.signal(signal.SIGTERM, before)
    return answer


def _help() -> Iterable[str]:
    yield _HEAD
    yield from _columns([*((f"pgproof {one.name} {one.words}", one.help) for one in COMMANDS), _VERSION])
    yield _MORE
    yield _SETTINGS
    yield from _settings(has_selection=True)


def _help_of(command: Command) -> Iterable[str]:
    yield f"pgproof {command.name} {command.words}\n\n  {command.help}\n"
    if command.options:
        yield "Options:"
        yield from _columns((_shown(one.flag, one.metavar), one.help) for one in command.options)
    if command.name == "verify":
        yield _MORE
    if command.has_settings:
        yield _SETTINGS
        yield from _settings(has_selection=command.selects)


_VERSION = ("pgproof --version", "print the version")


def _settings(*, has_selection: bool) -> Iterable[str]:
    return _columns(
        (_shown(f"--{one.name}", one.metavar), one.help) for one in OPTIONS if has_selection or not one.is_selection
    )


def _shown(flag: str, metavar: str) -> str:
    return f"{flag}={metavar}" if metavar else flag


def _columns(rows: Iterable[tuple[str, str]]) -> Iterable[str]:
    listed = list(rows)
    width = max(len(left) for left, _ in listed)
    return (f"  {left:<{width}}  {right}" for left, right in listed)

"""The table ``[tool]``: the commands of the team's own tool."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from string import Formatter

from pgproof.errors import UsageFault, did_you_mean
from pgproof.settings.model import Command
from pgproof.settings.reading import Keys

PLACES = ("url", "version", "previous", "n", "file", "directory", "host", "port", "user", "database")
"""What a command may name in braces."""
_OF_ALL = frozenset({"version", "previous", "file"})
"""Places that have no meaning in a command about all versions."""
_GROUP = "version"


def read_tool(values: object, place: str, folder: Path) -> Command:
    """Return the commands, each a text in the shell's words or a list of words; they run in ``folder``."""
    keys = Keys(values, place)
    up = _words(keys, "up", _OF_ALL)
    if not up:
        raise UsageFault(f"{place}: 'up' is missing.", 'Add up = "…" there: the command that applies what is pending.')
    up_one, down, status = _words(keys, "up_one"), _words(keys, "down"), _words(keys, "status", _OF_ALL)
    if not up_one and not any("{directory}" in word for word in up):
        raise UsageFault(
            f"{place}: 'up' does not name {{directory}}, and there is no 'up_one'.",
            "pgproof applies one version at a time: add up_one, or let up take the migrations from {directory}, "
            "which is then a copy with the files so far.",
        )
    command = Command(
        up=up,
        up_one=up_one,
        down=down,
        status=status,
        versions=_versions(keys, place, has_status=bool(status)),
        forget=_forget(keys),
        folder=folder,
    )
    keys.done()
    return command


def _words(keys: Keys, key: str, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    given = keys.take(key)
    if given is None:
        return ()
    if isinstance(given, str):
        try:
            words = tuple(shlex.split(given))
        except ValueError as exc:
            raise keys.wrong(key, given, f"a command in the shell's words ({exc})") from exc
    elif isinstance(given, list) and all(isinstance(word, str) for word in given):
        words = tuple(given)
    else:
        raise keys.wrong(key, given, "a command, as a text or as a list of words")
    if not words:
        raise keys.wrong(key, given, "a command")
    for word in words:
        _check_places(keys, key, word, without)
    return words


def _check_places(keys: Keys, key: str, text: str, without: frozenset[str] = frozenset()) -> None:
    known = [place for place in PLACES if place not in without]
    try:
        named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as exc:
        raise keys.wrong(key, text, f"a text in which braces name places; {{{{ is a brace ({exc})") from exc
    for name in named:
        if name not in known:
            allowed = ", ".join(f"{{{one}}}" for one in known)
            raise keys.wrong(key, text, f"a text with {allowed}{did_you_mean(name, known)}")


def _versions(keys: Keys, place: str, *, has_status: bool) -> str:
    given = keys.text("versions")
    if given is None:
        if has_status:
            raise UsageFault(
                f"{place}: 'versions' is missing.",
                "Add versions = '…' there: a regular expression with the group (?P<version>…) for what status writes.",
            )
        return ""
    try:
        groups = re.compile(given).groupindex
    except re.error as exc:
        raise keys.wrong("versions", given, f"a regular expression ({exc})") from exc
    if _GROUP not in groups:
        raise keys.wrong("versions", given, "a regular expression with the group (?P<version>…)")
    return given


def _forget(keys: Keys) -> str:
    given = keys.text("forget") or ""
    _check_places(keys, "forget", given, frozenset(PLACES) - {"version", "previous"})
    return given

"""pgproof.lock: a line a released migration, so that two branches that release something merge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pgproof.errors import UsageFault

NAME = "pgproof.lock"
HEADER = "# Released migrations, by `pgproof lock`: the SHA-256 of each, and its version.\n"

_LINE = re.compile(r"(sha256:[0-9a-f]{64}) (.+)")
_MARK = re.compile(r"(<{7}|={7}|>{7})( |$)")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPED = {escaped: plain for plain, escaped in _ESCAPES.items()}
_NUMBER = re.compile(r"([0-9]+)")
"""In brackets: a text is cut there, and the numbers stay."""


def read_lock(path: Path) -> dict[str, str]:
    """Return version → checksum; raises UsageFault that names the line which is none."""
    try:
        return parse(path.read_bytes().decode("utf-8-sig"), path)
    except OSError as exc:
        raise UsageFault(f"{path} cannot be read: {exc.strerror}.", "Name a file that you may read.") from exc
    except UnicodeDecodeError as exc:
        raise UsageFault(f"{path} is not UTF-8 text: {exc}.", "Put the file back as `pgproof lock` wrote it.") from exc


def parse(text: str, path: Path) -> dict[str, str]:
    """Return version → checksum of a lockfile's text, whatever the order of its lines."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if _MARK.match(line):
            raise UsageFault(
                f"{path}, line {number}: a merge conflict was left there.", "Keep the lines of both sides, each once."
            )
        match = _LINE.fullmatch(line)
        if match is None:
            raise UsageFault(
                f"{path}, line {number}: {line!r} is no line of a lockfile.",
                "Such a line is a checksum and a version. Put the file back as `pgproof lock` wrote it.",
            )
        version = re.sub(r"\\[\\nr]", lambda m: _ESCAPED[m[0]], match[2])
        if found.setdefault(version, match[1]) != match[1]:
            raise UsageFault(
                f"{path}, line {number}: {version} has two contents.",
                f"Take one of the lines away, or both, and run pgproof lock --accept={version}.",
            )
    return found


def text_of(locked: Mapping[str, str]) -> str:
    """Return the text of a lockfile: sorted by version, numbers as numbers, so that each line has its place."""
    lines = [f"{locked[version]} {_escaped(version)}\n" for version in sorted(locked, key=_place)]
    return HEADER + "".join(lines)


def _escaped(version: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in version)


def _place(version: str) -> tuple[list[tuple[bool, int, str]], str]:
    parts = [p for p in _NUMBER.split(version) if p]
    return [(not _NUMBER.match(p), int(p) if _NUMBER.match(p) else 0, p) for p in parts], version

"""A file of SQL, split into its statements by PostgreSQL's own grammar."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pglast

from pgproof.errors import HistoryFault
from pgproof.tool import syntax, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a file."""

    text: str
    """From its first word to its end, without the semicolon."""
    start: int
    """Where it starts in the file, in characters."""
    line: int
    """The line of its first word, from 1."""
    moves_data: bool
    tables: tuple[str, ...]
    node: Any = field(default=None, compare=False, repr=False)
    """What the grammar made of it; None where it could not read the file."""
    is_joined: bool = False
    """Whether it goes to the server in one query with the statement before it, however the file is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file of SQL. What the grammar cannot read is one statement, and PostgreSQL decides."""

    text: str
    statements: tuple[Statement, ...]
    is_parsed: bool = True
    refused: str = ""
    """Why the layout's own tool does not run it at all; empty where it does."""
    refused_line: int = 0

    @property
    def first_line(self) -> str:
        """The first line, where tools put their annotations."""
        return self.text.partition("\n")[0].strip()

    def line_at(self, offset: int) -> int:
        """Return the line, from 1, of a character."""
        return self.text.count("\n", 0, offset) + 1

    def index_at(self, offset: int) -> int:
        """Return the position in ``statements`` of the statement that holds a character, or the nearest before it."""
        return max(bisect_right([s.start for s in self.statements], offset) - 1, 0)


EMPTY = Script(text="", statements=())


def read(path: Path) -> Script:
    """Return a file's statements; raises HistoryFault where it is not readable UTF-8 text."""
    return split(read_text(path))


def read_text(path: Path) -> str:
    """Return a file's text without a byte order mark; line ends stay as they are."""
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise HistoryFault(
            f"The migration {path} cannot be read: {exc.strerror}.",
            "Make it a file that can be read, or take it out of the directory.",
        ) from exc
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = raw.count(b"\n", 0, exc.start) + 1
        raise HistoryFault(
            f"The migration {path} is not UTF-8: byte 0x{raw[exc.start]:02x} in line {line}.",
            "Save it as UTF-8, for example with: iconv -f <its encoding> -t UTF-8.",
        ) from exc
    if "\0" in content:
        line = content.count("\n", 0, content.index("\0")) + 1
        raise HistoryFault(
            f"The migration {path} holds a zero byte in line {line}: it is no SQL text, or UTF-16.",
            "Save it as UTF-8.",
        )
    return content


@lru_cache(maxsize=16384)
def split(content: str) -> Script:
    """Return the statements of a text, in order."""
    try:
        parsed: tuple[Any, ...] = pglast.parse_sql(content)
    except pglast.Error:
        return _unparsed(content)
    found = []
    line, counted = 1, 0
    for raw in parsed:
        end = raw.stmt_location + raw.stmt_len if raw.stmt_len else len(content)
        start = _skip_blank(content, raw.stmt_location)
        line, counted = line + content.count("\n", counted, start), start
        found.append(
            Statement(
                text=_without_tail(content[start:end]),
                start=start,
                line=line,
                moves_data=syntax.moves_data(raw.stmt),
                tables=syntax.tables(raw.stmt),
                node=raw.stmt,
            )
        )
    return Script(text=content, statements=tuple(found))


def _unparsed(content: str) -> Script:
    start = _skip_blank(content, 0)
    code = text.without_comments(content)
    whole = Statement(
        text=content[start:].rstrip(),
        start=start,
        line=content.count("\n", 0, start) + 1,
        moves_data=text.moves_data(code),
        tables=text.tables(code),
    )
    return Script(text=content, statements=(whole,), is_parsed=False)


_BLANK = re.compile(r"[\s;]*(?:--[^\n]*(?:\n|\Z)[\s;]*)*")
_COMMENT_MARK = re.compile(r"/\*|\*/")


def _skip_blank(content: str, offset: int) -> int:
    """Return where the first word stands at or after ``offset``: behind white space, semicolons and comments."""
    while True:
        match = _BLANK.match(content, offset)
        offset = match.end() if match else offset
        if not content.startswith("/*", offset):
            return offset
        offset = _end_of_comment(content, offset)


def _end_of_comment(content: str, offset: int) -> int:
    depth = 0
    for mark in _COMMENT_MARK.finditer(content, offset):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(content)


def _without_tail(statement: str) -> str:
    """Return a statement without white space and comments behind its last word."""
    if "--" not in statement and "/*" not in statement:
        return statement.rstrip()
    tokens = [t for t in pglast.parser.scan(statement) if t.name not in ("SQL_COMMENT", "C_COMMENT")]
    return statement[: tokens[-1].end + 1] if tokens else statement.rstrip()


def refused(content: str, why: str, line: int = 0) -> Script:
    """Return the script of a file that the layout's own tool does not run."""
    return Script(text=content, statements=(), refused=why, refused_line=line)

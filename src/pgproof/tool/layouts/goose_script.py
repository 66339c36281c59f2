"""The sections of a goose file, cut into queries as goose cuts them: line by line, without a grammar."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from pgproof.tool.layouts.goose_environment import Unsubstituted, substitute
from pgproof.tool.statements import Script, Statement, refused, split

_KNOWN = ("up", "down", "statementbegin", "statementend", "no transaction", "envsub on", "envsub off")


class _Refused(Exception):
    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def marks(content: str) -> tuple[str, ...]:
    """Return the annotations of a file, in lower case."""
    lines = (line for line in content.splitlines() if line.startswith("--") and "+goose" in line)
    return tuple(line.replace("--", "").replace("+goose", "", 1).strip().lower() for line in lines)


def has_section(content: str, *, down: bool) -> bool:
    """Return whether a file has a section for a direction."""
    return ("down" if down else "up") in marks(content)


def leaves_transaction(content: str) -> bool:
    """Return whether a file asks to be run outside a transaction."""
    return "no transaction" in marks(content)


def section(content: str, *, down: bool) -> Script:
    """Return the queries of one direction, each at its own lines; what is no part of them is blank."""
    if "envsub" in content.lower():
        return _cut(content, down=down)
    return _cut_once(content, down=down)


@lru_cache(maxsize=4096)
def _cut_once(content: str, *, down: bool) -> Script:
    return _cut(content, down=down)


def _cut(content: str, *, down: bool) -> Script:
    cutter = _Cutter(down=down)
    try:
        for number, line in enumerate(content.split("\n"), 1):
            cutter.take(number, line.removesuffix("\r"))
        cutter.end()
    except _Refused as why:
        return refused(content, str(why), why.line)
    return cutter.script()


class _Cutter:
    """goose's own state machine: where it is in a file, and the lines of the query that it is in."""

    def __init__(self, *, down: bool) -> None:
        self._wanted = "down" if down else "up"
        self._side = ""
        self._in_block = False
        self._substitutes = False
        self._swallows = False
        """After an empty block, goose loses the next line."""
        self._buffer: list[tuple[int, str]] = []
        self._queries: list[list[tuple[int, str]]] = []
        self._last = 0

    def take(self, number: int, line: str) -> None:
        """Read a line."""
        self._last = number
        bare = line.strip()
        if not self._side and not bare:
            return
        ends_block = False
        if bare.startswith("--") and "+goose" in line:
            if not self._annotated(line, number):
                return
            ends_block = True
        elif not self._buffer and (bare.startswith("--") or not line):
            return
        if not self._side:
            raise _Refused("it does not start with '-- +goose Up'", number)
        if self._swallows and not ends_block:
            self._swallows = False
            return
        if not ends_block:
            self._buffer.append((number, self._substituted(line, number)))
        if self._side != self._wanted:
            self._buffer = []
        elif ends_block or (not self._in_block and _ends_with_semicolon(self._buffer[-1][1])):
            self._flush()

    def _annotated(self, line: str, number: int) -> bool:
        """Obey an annotation; return whether it ends a block."""
        word = self._word(line, number)
        if word in ("up", "down"):
            self._turn(word, number)
        elif word == "statementbegin":
            if not self._side or self._in_block:
                raise _Refused("'-- +goose StatementBegin' stands outside a section, or in another block", number)
            self._in_block = True
        elif word == "statementend":
            if not self._in_block:
                raise _Refused("'-- +goose StatementEnd' has no StatementBegin", number)
            self._in_block = False
            self._swallows = self._side == self._wanted and not self._buffer
            return bool(self._buffer)
        elif word.startswith("envsub"):
            self._substitutes = word == "envsub on"
        return False

    def _word(self, line: str, number: int) -> str:
        word = line.replace("--", "").replace("+goose", "", 1).strip().lower()
        if line[0] in " \t" or word not in _KNOWN:
            raise _Refused(f"it does not know the annotation {line.strip()!r}", number)
        return word

    def _turn(self, word: str, number: int) -> None:
        if word == "up" and self._side:
            raise _Refused("'-- +goose Up' stands there twice", number)
        if word == "down":
            if self._side != "up" or self._in_block:
                raise _Refused("'-- +goose Down' does not follow an Up section", number)
            self._require_empty(number)
        self._side = word

    def _substituted(self, line: str, number: int) -> str:
        if not self._substitutes:
            return line
        try:
            return substitute(line)
        except Unsubstituted as exc:
            raise _Refused(str(exc), number) from exc

    def _flush(self) -> None:
        if self._buffer:
            self._queries.append(self._buffer)
        self._buffer = []

    def _require_empty(self, number: int) -> None:
        if any(text.strip() for _, text in self._buffer):
            raise _Refused("a statement is not ended by a semicolon at the end of a line", number)

    def end(self) -> None:
        """Check that the file ended where it may."""
        if not self._side:
            raise _Refused("it does not start with '-- +goose Up'", 1)
        if self._in_block:
            raise _Refused("'-- +goose StatementEnd' is missing", self._last)
        self._require_empty(self._last)

    def script(self) -> Script:
        """Return the queries at their own lines."""
        lines = [""] * self._last
        for number, line in (pair for query in self._queries for pair in query):
            lines[number - 1] = line
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        statements: list[Statement] = []
        for query in self._queries:
            first = query[0][0]
            parsed = split("\n".join(lines[first - 1 : query[-1][0]]))
            statements += [
                replace(s, start=s.start + starts[first - 1], line=s.line + first - 1, is_joined=index > 0)
                for index, s in enumerate(parsed.statements)
            ]
        return Script(text="\n".join(lines), statements=tuple(statements))


def _ends_with_semicolon(line: str) -> bool:
    last = ""
    for word in line.split():
        if word.startswith("--"):
            break
        last = word
    return last.endswith(";")

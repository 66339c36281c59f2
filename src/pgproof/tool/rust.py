"""What pgproof reads of Rust: which migrations a SeaORM crate declares, in what order, and what their downs are.

No compiler: comments and texts are blanked out, the rest is found by its words and braces. What a macro writes is not
seen; the crate itself, once it is built, has the last word on the versions and their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/"""  # comments
    r"""|b?r(?P<fence>\#*)"(?P<raw>.*?)"(?P=fence)|b?"(?P<text>(?:\\.|[^"\\])*)"|'(?:\\[^\n']+|[^'\\\n])'""",
    re.DOTALL,
)
_IMPL = re.compile(r"\bimpl\s+(?:\w+\s*::\s*)*MigrationTrait\s+for\s+(\w+)")
_NAMED = re.compile(r"\bimpl\s+(?:\w+\s*::\s*)*MigrationName\s+for\s+(\w+)")
_BOXED = re.compile(r"\bBox\s*::\s*new\s*\(\s*((?:\w+\s*::\s*)*\w+)")
_CONTINUED = re.compile(r"\\\r?\n\s*")
_ESCAPED = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\t": "\t"}
_NOTHING = re.compile(r"\s*(?:return\s+)?Ok\s*\(\s*\(\s*\)\s*\)\s*;?\s*")


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in the source."""

    start: int
    """Where its content begins, in characters."""
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file of Rust: as it is, and without comments and the contents of texts, at the same places."""

    text: str
    plain: str
    literals: tuple[Literal, ...]

    def line_at(self, place: int) -> int:
        """Return the line, from 1, of a character."""
        return self.text.count("\n", 0, place) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One ``impl MigrationTrait``."""

    struct: str
    name: str
    """What ``impl MigrationName`` says; empty where the file's name is its version."""
    down: tuple[int, int] | None
    """From the first to behind the last character of ``fn down``; None: SeaORM's own, which refuses."""
    is_down_empty: bool
    """Whether that function does nothing."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Source:
    """Return a source without what its comments and texts hold."""
    literals: list[Literal] = []

    def blank(token: re.Match[str]) -> str:
        group = next((g for g in ("raw", "text") if token[g] is not None), None)
        if group is not None:
            content = token[group] if group == "raw" else _unescaped(token[group])
            literals.append(Literal(token.start(group), content))
        return re.sub(r"[^\n]", " ", token[0])

    plain = _TOKEN.sub(blank, text)
    return Source(text, plain, tuple(literals))


def declared(source: Source) -> tuple[Declared, ...]:
    """Return the migrations that a file implements."""
    names = {match[1]: _text_in(source, block(source, match.end())) for match in _NAMED.finditer(source.plain)}
    found = []
    for match in _IMPL.finditer(source.plain):
        start, end = block(source, match.end())
        down = _function(source, "down", start, end)
        found.append(
            Declared(
                struct=match[1],
                name=names.get(match[1], ""),
                down=down,
                is_down_empty=down is not None and _is_nothing(source, down),
            )
        )
    return tuple(found)


def implementations(source: Source) -> list[tuple[int, int]]:
    """Return the blocks of ``impl MigrationTrait``."""
    return [block(source, match.end()) for match in _IMPL.finditer(source.plain)]


def order(source: Source) -> tuple[tuple[str, ...], ...]:
    """Return the paths that ``fn migrations`` puts into its vec, each in its parts: ``("m2025_x", "Migration")``."""
    span = _function(source, "migrations", 0, len(source.plain))
    if span is None:
        return ()
    boxed = _BOXED.finditer(source.plain, *span)
    return tuple(tuple(part.strip() for part in match[1].split("::")) for match in boxed)


def block(source: Source, place: int) -> tuple[int, int]:
    """Return the next block in braces behind a place: from its first brace to behind its last."""
    start = source.plain.find("{", place)
    if start < 0:
        return place, len(source.plain)
    depth = 0
    for brace in re.compile(r"[{}]").finditer(source.plain, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return start, brace.end()
    return start, len(source.plain)


def _text_in(source: Source, span: tuple[int, int]) -> str:
    return next((literal.text for literal in source.literals if span[0] <= literal.start < span[1]), "")


def _function(source: Source, name: str, start: int, end: int) -> tuple[int, int] | None:
    found = re.compile(rf"\b(?:async\s+)?fn\s+{name}\b").search(source.plain, start, end)
    return None if found is None else (found.start(), block(source, found.end())[1])


def _is_nothing(source: Source, span: tuple[int, int]) -> bool:
    start, end = block(source, span[0])
    return _NOTHING.fullmatch(source.plain, start + 1, end - 1) is not None


def _unescaped(text: str) -> str:
    joined = _CONTINUED.sub("", text)
    return re.sub(r"\\.", lambda match: _ESCAPED.get(match[0], match[0]), joined)

"""Blocks as TOML, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pgproof.catalog.contract.block import PARTS, SECTIONS, Block, Blocks, Key, Text
from pgproof.errors import UsageFault, did_you_mean

ROWS = "rows"
"""The one key of a block that is not the catalog's: how many rows a table may hold."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
_NOT_LITERAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WIDE = 100
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def key_text(key: str) -> str:
    """Return a key as TOML writes it."""
    if _BARE.fullmatch(key):
        return key
    return f"'{key}'" if '"' in key and _is_literal(key) else _basic(key)


def value_text(value: Text) -> str:
    """Return a text or a list of texts as TOML writes it; a long list has one line for each, which merges well."""
    if isinstance(value, tuple):
        items = [_string(text) for text in value]
        line = f"[{', '.join(items)}]"
        return line if len(line) <= _WIDE else "\n".join(["[", *(f"  {item}," for item in items), "]"])
    return _string(value)


def _string(text: str) -> str:
    if "\n" in text.strip("\n") and "'''" not in text and not text.endswith("'") and not _NOT_LITERAL.search(text):
        return f"'''\n{text}'''"
    return f"'{text}'" if ('"' in text or "\\" in text) and _is_literal(text) else _basic(text)


def _is_literal(text: str) -> bool:
    """Return whether a text may stand between single quotes as it is."""
    return "'" not in text and "\n" not in text and not _NOT_LITERAL.search(text)


def _basic(text: str) -> str:
    return '"' + _ESCAPED.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04x}"), text) + '"'


def headline(key: Key) -> str:
    """Return the line that opens a block."""
    kind, identity = key
    return f"[{SECTIONS[kind]}.{key_text(identity)}]"


def entries(block: Block) -> Iterator[tuple[tuple[str, ...], Text]]:
    """Yield the keys of a block and their values, in the order of the file."""
    yield from (((name,), text) for name, text in block.own.items())
    for part in PARTS:
        yield from (((part, name), text) for name, text in block.parts.get(part, {}).items())


def written(block: Block) -> list[str]:
    """Return the lines of a block."""
    lines = (f"{'.'.join(map(key_text, path))} = {value_text(value)}" for path, value in entries(block))
    return [headline(block.key), *lines]


def read_blocks(sections: Mapping[str, object], place: str) -> tuple[Blocks, Mapping[str, object]]:
    """Return the blocks of a file, and what it says about the rows of each table.

    ``sections`` maps names of SECTIONS to what TOML gave. Raises UsageFault for what no block can hold.
    """
    blocks: dict[Key, Block] = {}
    rows: dict[str, object] = {}
    for kind, section in SECTIONS.items():
        for identity, lines in _table(sections.get(section, {}), f"{place} [{section}]").items():
            where = f"{place} [{section}.{key_text(identity)}]"
            given = dict(_table(lines, where))
            if kind == "table" and ROWS in given:
                rows[identity] = given.pop(ROWS)
            blocks[kind, identity] = _block(kind, identity, given, where)
    return blocks, rows


def _block(kind: str, identity: str, given: Mapping[str, object], place: str) -> Block:
    own: dict[str, Text] = {}
    parts: dict[str, Mapping[str, Text]] = {}
    for name, value in given.items():
        if name in PARTS:
            named = _table(value, f"{place} {name}")
            parts[name] = {one: _read_text(text, f"{place} {name}.{key_text(one)}") for one, text in named.items()}
        elif isinstance(value, Mapping):
            raise UsageFault(
                f"{place}: '{name}' is unknown.{did_you_mean(name, PARTS)}", f"Known there: {', '.join(PARTS)}."
            )
        else:
            own[name] = _read_text(value, f"{place} {name}")
    return Block(kind=kind, identity=identity, own=own, parts=parts)


def _table(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageFault(f"{place} must be a table, and is {value!r}.", "`pgproof contract` writes it anew.")
    return value


def _read_text(value: object, place: str) -> Text:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise UsageFault(
        f"{place} must be a text or a list of texts, and is {value!r}.", "`pgproof contract` writes it anew."
    )

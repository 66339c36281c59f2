"""The schema part of contract.toml, written anew around what the team has written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pgproof.catalog.contract.block import SECTIONS, Block, Blocks
from pgproof.catalog.contract.toml import ROWS, entries, headline, key_text, value_text
from pgproof.contract.source import Path, Source, Statement, comments, read_source

HEADER = """\
# What we agree on: the schema that the migrations make, how many rows they leave, and which data they change on
# purpose. Written by `pgproof contract`, checked by `pgproof verify`, reviewed like code.
# Yours are: comments, `rows = 3` or `rows = { min = 1 }` in the block of a table, and [migrations."<version>"].
"""


def rewritten(old: str | None, blocks: Blocks) -> str:
    """Return the text of a contract with these blocks; comments, row bounds and declared data changes stay.

    ``old`` is the text of the file, which was read without fault; None where there is none. A comment on what there
    is no more goes with it.
    """
    if old is None or not old.strip():
        return "\n".join([HEADER.removesuffix("\n"), *_blocks(blocks, _Notes(Source(statements=(), trailing=()))), ""])
    newline = "\r\n" if "\r\n" in old else "\n"
    source = read_source(old.replace("\r\n", "\n"))
    top, source = _top(source)
    notes = _Notes(source)
    parts = [top, _kept(source), [*_blocks(blocks, notes)], comments(source.trailing)]
    lines: list[str] = []
    for part in parts:
        body = comments(tuple(part))
        lines += ["", *body] if lines and body else body
    return newline.join([*lines, ""])


def _top(source: Source) -> tuple[list[str], Source]:
    """Return what stands at the top of the file, apart from its first statement, and the rest."""
    first = source.statements[0].leading if source.statements else source.trailing
    blank = next((place for place, line in enumerate(first) if not line.strip()), None)
    if blank is None and source.statements:
        return [], source
    top, rest = list(first[:blank]), first[blank:] if blank is not None else ()
    if not source.statements:
        return top, Source(statements=(), trailing=rest)
    head, *others = source.statements
    return top, Source(statements=(replace(head, leading=rest), *others), trailing=source.trailing)


def _is_ours(statement: Statement) -> bool:
    return statement.path[0] in SECTIONS.values()


def _kept(source: Source) -> list[str]:
    """Return what is no part of the schema, as it stands; keys stay below their headlines."""
    return [
        line
        for statement in source.statements
        if not _is_ours(statement)
        for line in (*statement.leading, *statement.source)
    ]


class _Notes:
    """What the team has written into the schema part."""

    def __init__(self, source: Source) -> None:
        self.by_path: Mapping[Path, Statement] = {s.path: s for s in source.statements if _is_ours(s)}
        self.headlines: defaultdict[Path, list[Statement]] = defaultdict(list)
        """Those of each block and of its parts."""
        for statement in self.by_path.values():
            if statement.is_headline:
                self.headlines[statement.path[:2]].append(statement)


def _blocks(blocks: Blocks, notes: _Notes) -> Iterator[str]:
    section = ""
    for block in blocks.values():
        yield ""
        name = SECTIONS[block.kind]
        if name != section:
            section = name
            yield from _leading(notes, (name,))
        yield from _block(block, (name, block.identity), notes)


def _block(block: Block, path: Path, notes: _Notes) -> Iterator[str]:
    # A headline of a part of the block, [tables."public.t".column], is written into the block.
    for headline_of_part in notes.headlines.get(path, ()):
        yield from comments(headline_of_part.leading)
    yield headline(block.key) + _behind(notes.by_path.get(path))
    bounds = notes.by_path.get((*path, ROWS))
    if bounds is not None:
        yield from comments(bounds.leading)
        yield from bounds.source if bounds.header == path else f"{ROWS} = {bounds.written}".split("\n")
    for keys, value in entries(block):
        statement = notes.by_path.get((*path, *keys))
        yield from _leading(notes, (*path, *keys))
        plain = list(value) if isinstance(value, tuple) else value
        if statement is not None and statement.header == path and statement.value == plain:
            yield from statement.source
        else:
            yield from f"{'.'.join(map(key_text, keys))} = {value_text(value)}{_behind(statement)}".split("\n")


def _leading(notes: _Notes, path: Path) -> list[str]:
    statement = notes.by_path.get(path)
    return [] if statement is None or (statement.is_headline and len(path) > 1) else comments(statement.leading)


def _behind(statement: Statement | None) -> str:
    return f" {statement.comment}" if statement is not None and statement.comment else ""

"""dbmate: ``<digits>_<name>.sql`` with ``-- migrate:up [transaction:false]`` and ``-- migrate:down``.

The version of a migration is the digits that its file's name starts with; files are applied in the order of their names
as text, those of several directories together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, LiteralString

import psycopg

from pgproof.tool import History, HistoryTable, Migration, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.pairs import pair
from pgproof.tool.layouts.rows import Rows
from pgproof.tool.statements import Script, read_text, refused, split
from pgproof.tool.surroundings import Surroundings

_FILE = re.compile(r"([0-9]+).*\.sql", re.DOTALL)
_UP = re.compile(r"^--\s*migrate:up(\s*$|\s+\S+)", re.MULTILINE)
_DOWN = re.compile(r"^--\s*migrate:down(\s*$|\s+\S+)", re.MULTILINE)
_LINE_END = re.compile(r"[^\n]")
_CODE = re.compile(r"^(?!\s*--)(?=.*\S)", re.MULTILINE)


class DbmateMigrations(Rows):
    """``schema_migrations``, which holds nothing but the versions."""

    table = HistoryTable(schema="public", table="schema_migrations", version="version", applied_at=None)
    made_by: ClassVar[LiteralString] = (
        "CREATE TABLE public.schema_migrations (version character varying NOT NULL PRIMARY KEY)"
    )

    def record(self, connection: psycopg.Connection, history: History, migration: Migration) -> None:  # noqa: ARG002 - the protocol's
        """Write a row."""
        insert = "INSERT INTO public.schema_migrations (version) VALUES (%s)"
        connection.execute(insert, (migration.version,), prepare=False)


class Dbmate(Layout):
    """Each section is sent as one query in a transaction, unless its annotation says otherwise."""

    name: ClassVar[str] = "dbmate"
    shape: ClassVar[str] = "<digits>_<name>.sql with -- migrate:up and -- migrate:down"
    ledger = DbmateMigrations()
    sends_whole: ClassVar[bool] = True
    on_lost_transaction: ClassVar[str] = "unexpected transaction status idle"
    is_marked: ClassVar[bool] = True

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the numbered files, where one has the annotations."""
        files = tuple(p for p in listing.files if _FILE.fullmatch(p.name))
        return files if any(_UP.search(read_text(p)) for p in files) else ()

    def read(self, listing: Listing) -> History:
        """Return the history in the order of the files' names."""
        pairs = pair((m[1], "up", p) for p in listing.files if (m := _FILE.fullmatch(p.name)))
        entries = (
            Entry(version=version, up=up, down=up, label=up.name.removesuffix(".sql"))
            for version, up in sorted(pairs.ups.items(), key=lambda item: item[1].name)
        )
        return history(self, listing, entries, has_downs=True, faults=pairs.twice)

    def script(self, path: Path, *, down: bool) -> Script:
        """Return the section of a direction, at its own lines."""
        return _section(read_text(path), down=down)

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:  # noqa: ARG002 - the protocol's
        """Return the mode that the section's annotation asks for."""
        annotation = script.text.strip().partition("\n")[0].split()
        return modes.of_tool(script, surroundings, outside="transaction:false" in annotation)


@lru_cache(maxsize=4096)
def _section(content: str, *, down: bool) -> Script:
    up, undo = _UP.search(content), _DOWN.search(content)
    why = _why_refused(content, up, undo)
    if why or not up or not undo:
        return refused(content, why)
    start, end = (undo.start(), len(content)) if down else (up.start(), undo.start())
    return split(_LINE_END.sub(" ", content[:start]) + content[start:end])


def _why_refused(content: str, up: re.Match[str] | None, down: re.Match[str] | None) -> str:
    if not up:
        return "it has no '-- migrate:up'"
    if not down:
        return "it has no '-- migrate:down'"
    if up.start() > down.start():
        return "'-- migrate:down' stands before '-- migrate:up'"
    if _CODE.search(content, 0, up.start()):
        return "a statement stands before '-- migrate:up'"
    if _UP.search(content, down.end()) or _DOWN.search(content, down.end()):
        return "it has more than one section of a direction"
    return ""

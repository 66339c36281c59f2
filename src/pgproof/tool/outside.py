"""A program outside that migrates: what came of it, by its exit code, by the history table and by the server's log."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

from pgproof.masking import masked
from pgproof.tool import Failure, Migration, MigrationFailed
from pgproof.tool.failures import STATEMENT_LIMIT, shown
from pgproof.tool.logged import Logged, errors
from pgproof.tool.program import Ended

Log = Callable[[int], tuple[str, int]]
"""What a server has logged since a position, and where that ends."""
_TOLD = re.compile(r"SQLSTATE[^0-9A-Za-z]{0,4}([0-9A-Z]{5})\b|\bERROR:\s+([0-9A-Z]{5}):|\bcode:? \"?([0-9A-Z]{5})\b")
UNKNOWN = "unknown"


def demand_agreement(
    ended: Ended, log: str, database: str, migration: Migration, *, recorded: Collection[str], is_up: bool
) -> None:
    """Raise MigrationFailed where a program failed, or where it and the history table do not say the same."""
    is_recorded = migration.version in recorded
    if ended.code:
        still = f" (and {'recorded' if is_up else 'forgot'} it all the same)" if is_recorded is is_up else ""
        raise MigrationFailed(failure(ended, log, database, migration, still))
    if is_recorded is not is_up:
        what = "does not record it" if is_up else "still records it"
        raise MigrationFailed(
            Failure(
                sqlstate=UNKNOWN,
                message=f"{ended.name} ended with 0, and the history table {what}",
                detail=ended.last_lines,
                file=shown(migration.up if is_up else migration.down or migration.up),
            )
        )


def failure(ended: Ended, log: str, database: str, migration: Migration | None, still: str = "") -> Failure:
    """Return why a program failed: by what the server has logged last, else by what the program itself said."""
    path = migration.up if migration else Path()
    logged = errors(log, database)
    if logged:
        return _logged(logged[-1], ended, path, still)
    told = _TOLD.search(ended.output)
    return Failure(
        sqlstate=next((code for code in told.groups() if code), UNKNOWN) if told else UNKNOWN,
        message=f"{ended.name} ended with {ended.code}{still}",
        detail=ended.last_lines,
        file=shown(path) if migration else "",
    )


def _logged(last: Logged, ended: Ended, path: Path, still: str) -> Failure:
    statement = last.parts.get("STATEMENT", "").strip()
    return Failure(
        sqlstate=last.sqlstate,
        message=masked(last.message),
        detail=masked(last.parts.get("DETAIL", "")) or f"{ended.name} ended with {ended.code}{still}",
        hint=last.parts.get("HINT", ""),
        context=masked(last.parts.get("CONTEXT", "")),
        file=shown(path),
        line=line_of(statement, path),
        statement=masked(statement)[:STATEMENT_LIMIT],
    )


def line_of(statement: str, path: Path) -> int:
    """Return the line of a file, from 1, in which a statement begins; 0 where it does not hold it as it stands."""
    if not statement or not path.is_file():
        return 0
    text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
    place = text.find(statement.rstrip(";").strip())
    return text.count("\n", 0, place) + 1 if place >= 0 else 0

"""The team's own rows: ``seed/<version>.sql``, run just before that version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import psycopg
from psycopg import sql

from pgproof.data.keep import keep_rows
from pgproof.errors import UsageFault
from pgproof.server.lost import is_lost, lost
from pgproof.tool.statements import Statement, split

__all__ = ["keep_rows", "read_seeds", "run_seed"]


def read_seeds(folder: Path, versions: Sequence[str]) -> Mapping[str, Path]:
    """Return the seed file of each version that has one, in the order of the history.

    A version with a slash in it has its file in a folder below. Raises UsageFault for a file that belongs to none.
    """
    found = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.rglob("*.sql"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    for name, path in found.items():
        if name not in versions:
            close = get_close_matches(name, versions, n=1, cutoff=0.0)
            meant = f"Did you mean {close[0]}.sql? " if close else ""
            raise UsageFault(
                f"The seed file {path} belongs to no migration: none has the version {name!r}.",
                f"{meant}Name it after the version before which its rows are to be there, or take it out of {folder}.",
            )
    return {version: found[version] for version in versions if version in found}


ENDS = re.compile(
    r"\s*(BEGIN|START\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b))\b", re.IGNORECASE
)
COPIES = re.compile(r"\s*COPY\b.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)


def run_seed(connection: psycopg.Connection, path: Path) -> int:
    """Run a seed file in one transaction; return how many statements it has.

    Raises UsageFault with file, line and SQLSTATE where one is refused; nothing of the file stays then.
    """
    script = split(_text(path))
    for statement in script.statements:
        _forbid(statement, path)
    with connection.transaction():
        for statement in script.statements:
            try:
                connection.execute(sql.SQL(statement.text))
            except psycopg.Error as error:
                raise _refused(error, path, _line(error, statement)) from error
        try:
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.Error as error:
            last = script.statements[-1].line if script.statements else 1
            raise _refused(error, path, last) from error
    return len(script.statements)


def _forbid(statement: Statement, path: Path) -> None:
    """Refuse what cannot stand in a seed file, before any of it runs."""
    if ENDS.match(statement.text):
        raise UsageFault(
            f"The seed file {path} begins or ends a transaction in line {statement.line}.",
            "Take out BEGIN, COMMIT and ROLLBACK: pgproof runs the file in one transaction.",
        )
    if COPIES.match(statement.text):
        raise UsageFault(
            f"The seed file {path} copies from standard input in line {statement.line}.",
            "Write the rows as INSERT statements (pg_dump --inserts does).",
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFault(
            f"The seed file {path} cannot be read as UTF-8: {error}.",
            "Save it as UTF-8, readable for this user, or take it out of the folder.",
        ) from error


def _line(error: psycopg.Error, statement: Statement) -> int:
    """Return the line of a failure: where the server points to, else where its statement begins."""
    position = int(error.diag.statement_position or 1)
    return statement.line + statement.text.count("\n", 0, position - 1)


def _refused(error: psycopg.Error, path: Path, line: int) -> Exception:
    if is_lost(error):
        return lost(error)
    said = error.diag.message_primary or " ".join(str(error).split())
    detail = f" {error.diag.message_detail}" if error.diag.message_detail else ""
    return UsageFault(
        f"The seed file {path} fails in line {line}: {said} (SQLSTATE {error.sqlstate}).{detail}",
        "Mend the statement: the file runs as the superuser, just before the migration of its name.",
    )

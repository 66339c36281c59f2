# ruff: noqa: T201 - it is a program
"""A program that behaves as SeaORM's does; argv: a JSON file of what it is, then SeaORM's own words.

``{"migrations": [[version, up, down], …], "is_one": …, "lies": …}``: a direction is SQL, or ``panic …``, or empty for
SeaORM's own down. ``is_one`` wraps a command in one transaction, as 1.x; ``lies`` leaves the history table as it was.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psycopg

GIVEN = json.loads(Path(sys.argv[1]).read_text())
WORDS = sys.argv[2:]
COLOUR = "\x1b[2m"


def main() -> int:
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=not GIVEN.get("is_one"))
    connection.execute('CREATE TABLE IF NOT EXISTS "seaql_migrations" (version varchar PRIMARY KEY, applied_at bigint)')
    applied = {row[0] for row in connection.execute("SELECT version FROM seaql_migrations")}
    missing = applied - {version for version, _, _ in GIVEN["migrations"]}
    if missing:
        print(
            f"Migration file of version '{missing.pop()}' is missing, this migration has been applied but its file is "
            "missing",
            file=sys.stderr,
        )
        return 1
    if WORDS[0] == "status":
        for version, _, _ in GIVEN["migrations"]:
            print(f"{COLOUR}Migration '{version}'... {'Applied' if version in applied else 'Pending'}")
        return 0
    count = int(WORDS[2]) if "-n" in WORDS else len(GIVEN["migrations"])
    try:
        return migrate(connection, applied, count)
    except psycopg.Error as exc:
        print(f"Execution Error: error returned from database: {exc.diag.message_primary}", file=sys.stderr)
        return 1


def migrate(connection: psycopg.Connection, applied: set[str], count: int) -> int:
    is_up = WORDS[0] == "up"
    todo = [one for one in GIVEN["migrations"] if (one[0] in applied) is not is_up]
    for version, up, down in (todo if is_up else todo[::-1])[:count]:
        print(f"{'Applying' if is_up else 'Rolling back'} migration '{version}'")
        script = up if is_up else down
        if not script:
            print("Migration Error: We Don't Do That Here", file=sys.stderr)
            return 1
        if script.startswith("panic "):
            said = script.removeprefix("panic ")
            print(f"\nthread 'main' (123) panicked at src/{version}.rs:7:9:\n{said}", file=sys.stderr)
            print("note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace", file=sys.stderr)
            return 101
        connection.execute(script)
        if not GIVEN.get("lies"):
            write = "INSERT INTO seaql_migrations VALUES (%s, 1)"
            connection.execute(write if is_up else "DELETE FROM seaql_migrations WHERE version = %s", [version])
    if GIVEN.get("is_one"):
        connection.commit()
    return 0


sys.exit(main())

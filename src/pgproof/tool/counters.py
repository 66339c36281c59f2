"""What the server has counted of the rows that a program outside wrote, as far as that tells of its statements."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.server.session import APPLICATION
from pgproof.tool import Ran
from pgproof.tool.body import moves_data
from pgproof.tool.statements import Script, Statement
from pgproof.tool.surroundings import Surroundings

_QUERY = """
SELECT relname, sum(n_tup_ins)::bigint, sum(n_tup_upd)::bigint, sum(n_tup_del)::bigint
  FROM pg_catalog.pg_stat_user_tables GROUP BY relname
"""
_OTHERS = """
SELECT FROM pg_catalog.pg_stat_activity
 WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()
   AND application_name <> %s AND backend_type = 'client backend' LIMIT 1
"""
"""On a server of others pgproof's own sessions have the tool's user; they stay, and write nothing meanwhile."""
_CLOSING_SECONDS = 10.0
_SHARED_SINCE = 150000
"""The first version that counts in shared memory. Before, a collector writes counts down, when it is asked for them."""
_COLLECTED_SECONDS = 0.6
"""PostgreSQL 14 is content with counts that were written down half a second ago (PGSTAT_STAT_INTERVAL)."""
_OF_KIND = {"INSERT": (0,), "UPDATE": (1,), "DELETE": (2,), "MERGE": (0, 1, 2)}


@dataclass(frozen=True, slots=True)
class Written:
    """Table (its bare name) → rows inserted, updated, deleted so far."""

    by_table: Mapping[str, tuple[int, int, int]]

    def since(self, before: Written) -> Written:
        """Return what was written since; a table that is new is counted from its first row."""
        nothing = (0, 0, 0)
        return Written({
            table: (counts[0] - was[0], counts[1] - was[1], counts[2] - was[2])
            for table, counts in self.by_table.items()
            for was in [before.by_table.get(table, nothing)]
        })

    def rows(self, statement: Statement, kind: str) -> int | None:
        """Return how many rows a statement may have written; None where the counters do not tell."""
        places = _OF_KIND.get(kind)
        tables = [self.by_table[name] for name in map(bare, statement.tables) if name in self.by_table]
        if places is None or not tables:
            return None
        return sum(counts[place] for counts in tables for place in places)


def written(connection: psycopg.Connection[Any]) -> Written:
    """Return the counters of a database, as soon as a program's sessions have ended and so handed in their own."""
    end = time.monotonic() + _CLOSING_SECONDS
    while connection.execute(_OTHERS, [APPLICATION], prepare=False).fetchall() and time.monotonic() < end:
        time.sleep(0.005)
    if connection.info.server_version < _SHARED_SINCE:
        time.sleep(_COLLECTED_SECONDS)
    return Written({name: (i, u, d) for name, i, u, d in connection.execute(_QUERY, prepare=False).fetchall()})


def told(scripts: Iterable[tuple[Script, Surroundings]], by_file: Written) -> list[Ran]:
    """Return the statements of files that a program has run, with what the counters say of them."""
    return [
        Ran(
            line=statement.line,
            kind=kind,
            rows=by_file.rows(statement, kind),
            moves_data=moves_data(statement, surroundings),
            tables=statement.tables,
        )
        for script, surroundings in scripts
        for statement in script.statements
        for kind in [_kind(statement)]
    ]


def _kind(statement: Statement) -> str:
    return " ".join(word.upper() for word in statement.text.split(None, 2)[:1])


def bare(table: str) -> str:
    """Return a table's name without schema and quotes."""
    return table.rsplit(".", 1)[-1].strip('"')

"""How many rows tables hold: counted, never estimated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

import psycopg

from pgproof.data.reading import Reading, filled


def row_counts(connection: psycopg.Connection[Any], *, exclude: Collection[str] = ()) -> dict[str, int]:
    """Return the rows of each table that holds any; those of partitions count for their tables as well.

    ``exclude`` holds identities of tables.
    """
    with Reading(connection) as reading:
        tables = reading.ask(filled("row_counts", exclude=sorted(exclude)))[0]
        answers = reading.ask(*(row[2] or "" for row in tables), last=True) if tables else []
    found: Counter[str] = Counter()
    for (table, ancestors, _), ((count,),) in zip(tables, answers, strict=True):
        for name in (table or "", *json.loads(ancestors or "[]")):
            found[name] += int(count or 0)
    return {table: rows for table, rows in sorted(found.items()) if rows}

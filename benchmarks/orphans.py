"""Measure orphans beside VALIDATE CONSTRAINT: ``python benchmarks/orphans.py [--runs N] [--pg-version N]``."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from bench import asked, serving

from pgproof.catalog import read as catalog
from pgproof.catalog.model import Constraint
from pgproof.data.orphans import orphans
from pgproof.server import database

LIMIT = 0.7
"""Of the time that the server takes to validate the same keys."""
SHARE = 1_000_000
"""Referencing rows of each of the five keys."""

TABLES = """
CREATE TABLE customer (id bigint PRIMARY KEY, code text UNIQUE, a integer, b integer, UNIQUE (a, b));
INSERT INTO customer SELECT g, 'customer ' || g, g / 1000, g % 1000 FROM generate_series(1, {parents}) AS g;
CREATE TABLE area (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE area_low PARTITION OF area FOR VALUES FROM (0) TO ({parents} / 2);
CREATE TABLE area_high PARTITION OF area DEFAULT;
INSERT INTO area SELECT g FROM generate_series(1, {parents}) AS g;
CREATE TABLE drawn AS SELECT g AS id, g * 7919 % {parents} + 1 AS n FROM generate_series(1::bigint, {rows}) AS g;
CREATE TABLE orders AS SELECT id, n AS customer, 'note ' || id AS note FROM drawn;
CREATE TABLE letter AS SELECT 'customer ' || n AS code FROM drawn;
CREATE TABLE visit AS SELECT (n / 1000)::integer AS a, (n % 1000)::integer AS b FROM drawn;
CREATE TABLE place AS SELECT n::integer AS area FROM drawn;
CREATE TABLE tree (id integer PRIMARY KEY, parent integer);
INSERT INTO tree SELECT g, nullif(g / 2, 0) FROM generate_series(1, {rows} + 1) AS g;
VACUUM ANALYZE;
"""
KEYS = {
    "orders": "(customer) REFERENCES customer (id)",
    "letter": "(code) REFERENCES customer (code)",
    "visit": "(a, b) REFERENCES customer (a, b) MATCH FULL",
    "place": "(area) REFERENCES area (id)",
    "tree": "(parent) REFERENCES tree (id)",
}
"""A plain key, a text, a composite one, one to a partitioned table, and a table that refers to itself."""


def main() -> int:
    """Print both times of all keys, their ratio and the limit; return 1 where it is missed."""
    given = asked(__doc__)
    with serving(given.pg_version) as server:
        print(f"{server.label}; {len(KEYS)} keys of {SHARE:,} referencing rows each; median of {given.runs}")
        with database.connect(database.create(server, "bench_orphans")) as session:
            return 0 if _compare(session, given.runs) else 1


def _compare(session: psycopg.Connection[Any], runs: int) -> bool:
    for statement in TABLES.format(rows=SHARE, parents=SHARE // 2).split(";\n"):
        session.execute(statement.encode())
    looked: dict[str, list[float]] = {table: [] for table in KEYS}
    validated: dict[str, list[float]] = {table: [] for table in KEYS}
    together: list[float] = []
    for _ in range(runs):
        for table, key in KEYS.items():
            session.execute(f"ALTER TABLE {table} ADD CONSTRAINT fk FOREIGN KEY {key} NOT VALID".encode())
        keys = catalog.read(session).catalog.foreign_keys
        together.append(_orphans(session, keys))
        for one in keys:
            looked[one.table.removeprefix("public.")].append(_orphans(session, [one]))
        for table in KEYS:
            started = perf_counter()
            session.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT fk".encode())
            validated[table].append(perf_counter() - started)
            session.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk".encode())
    for table, key in KEYS.items():
        _say(f"{table} {key}", median(looked[table]), median(validated[table]))
    servers = median([sum(each) for each in zip(*validated.values(), strict=True)])
    _say("all keys", median(together), servers, f" (limit {LIMIT})")
    return median(together) / servers <= LIMIT


def _orphans(session: psycopg.Connection[Any], keys: list[Constraint] | tuple[Constraint, ...]) -> float:
    started = perf_counter()
    found = orphans(session, keys)
    taken = perf_counter() - started
    if any(each.count or each.looked_at != SHARE for each in found):
        raise SystemExit(f"every key holds, and {found} says otherwise")
    return taken


def _say(what: str, ours: float, servers: float, limit: str = "") -> None:
    print(f"{what}: orphans {ours:.2f} s, VALIDATE CONSTRAINT {servers:.2f} s, ratio {ours / servers:.2f}{limit}")


if __name__ == "__main__":
    raise SystemExit(main())

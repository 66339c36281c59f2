from __future__ import annotations

import hashlib

import pytest

from pgproof.server.session import connect
from pgproof.tool import HistoryTable

SEAQL = HistoryTable(schema="public", table="seaql_migrations", version="version", applied_at="applied_at")
TWO = {
    "a.up.sql": "CREATE TABLE t (id int PRIMARY KEY, v text);\n",
    "a.down.sql": "DROP TABLE t;",
    "b.up.sql": "INSERT INTO t VALUES (1, 'x'), (2, 'y');\nUPDATE t SET v = 'z' WHERE id = 1;\nDO $$ BEGIN END $$",
    "b.down.sql": "DELETE FROM t",
}


def test_generic(tool, database: str, one) -> None:
    made = tool(TWO)
    made.up_all(database)
    assert one(database, "SELECT array_agg(version ORDER BY ord) FROM public.pgproof_history") == ["a", "b"]
    assert one(database, "SELECT bool_and(applied_at <= now()) FROM public.pgproof_history")
    made.forget(database, "a")
    assert [r.version for r in made.recorded(database)] == ["b"]
    assert one(database, "SELECT count(*) FROM t") == 2


def test_golang_migrate_keeps_the_last(tool, database: str, one) -> None:
    made = tool({f"000{n}_x.{way}.sql": "SELECT 1" for n in range(1, 4) for way in ("up", "down")})
    assert made.history_table.keeps_only_last
    made.prepare(database)
    assert made.recorded(database) == ()
    made.up_all(database)
    assert one(database, "SELECT version::text || dirty FROM public.schema_migrations") == "3false"
    made.down(database, "3")
    assert [r.version for r in made.recorded(database)] == ["2"]
    made.forget(database, "2")
    assert [r.version for r in made.recorded(database)] == ["1"]
    made.down(database, "1")
    assert made.recorded(database) == ()
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["3"]


def test_prisma(tool, database: str, one) -> None:
    content = "CREATE TABLE t (a int);\r\n"
    made = tool({"2_b/migration.sql": content, "1_a b/migration.sql": "SELECT 1"})
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["1_a b", "2_b"]
    checksum = one(database, "SELECT checksum FROM _prisma_migrations WHERE migration_name = '2_b'")
    assert checksum == hashlib.sha256(content.encode()).hexdigest()
    assert one(database, "SELECT sum(applied_steps_count) FROM _prisma_migrations WHERE finished_at IS NOT NULL") == 2
    made.forget(database, "2_b")
    assert [m.version for m in made.recorded(database)] == ["1_a b"]


def test_a_table_of_the_settings(tool, database: str, one) -> None:
    made = tool(TWO, table=SEAQL)
    made.up_all(database)
    first, second = made.recorded(database)
    assert (first.version, second.version) == ("a", "b")
    assert first.applied_at is not None
    assert int(first.applied_at) > 1_700_000_000
    assert one(database, "SELECT pg_typeof(applied_at)::text FROM seaql_migrations LIMIT 1") == "bigint"


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "text", "integer", "date"])
def test_a_table_that_is_there_keeps_its_types(tool, database: str, kind: str) -> None:
    table = HistoryTable(schema="My App", table='odd "name"', version="V", applied_at="At")
    with connect(database) as connection:
        connection.execute(f'CREATE SCHEMA "My App"; CREATE TABLE "My App"."odd ""name""" ("V" bigint, "At" {kind})')
    made = tool({"1_x.up.sql": "SELECT 1", "2_y.up.sql": "SELECT 1"}, table=table)
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["1", "2"]
    made.forget(database, "1")
    assert [r.version for r in made.recorded(database)] == ["2"]


def test_a_table_without_a_time_is_in_order_all_the_same(tool, database: str) -> None:
    table = HistoryTable(schema="meta", table="done", version="version", applied_at=None)
    made = tool({f"{name}.up.sql": "SELECT 1" for name in "dbca"}, table=table)
    for version in "cadb":
        made.up(database, version)
    assert [r.version for r in made.recorded(database)] == list("cadb")


def test_migrations_may_read_their_own_history(tool, database: str, one) -> None:
    made = tool({"a.up.sql": "SELECT 1", "b.up.sql": "CREATE TABLE seen AS SELECT version FROM pgproof_history"})
    made.up_all(database)
    assert one(database, "SELECT string_agg(version, ',') FROM seen") == "a"


def test_no_table_is_no_row(tool, database: str) -> None:
    assert tool(TWO).recorded(database) == ()

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest

from pgproof.server.session import connect
from pgproof.tool import HistoryTable
from pgproof.tool.layouts.flyway_history import checksum
from pgproof.tool.ledger import GENERIC, exists

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


def test_sqlx_keeps_the_checksum_of_the_bytes(tool, database: str, one) -> None:
    content = "-- no-transaction\r\nSELECT 'ü';\r\n"
    made = tool({"007_a_b.c.sql": content})
    made.up_all(database)
    row = "SELECT version || description || success || encode(checksum, 'hex') FROM _sqlx_migrations"
    assert one(database, row) == "7a b.ctrue" + hashlib.sha384(content.encode()).hexdigest()


@pytest.mark.parametrize("content", ["a\nü\n", "a\r\nü", "\ufeffa\rü\r"])
def test_flyways_checksum_is_that_of_the_lines(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.sql").write_bytes(content.encode())
    assert checksum(tmp_path / "x.sql") == zlib.crc32("aü".encode()) - 2**32


def test_flyway_counts_and_names_its_files(tool, database: str, one) -> None:
    made = tool({"V1_02__a_b.sql": "SELECT 1", "sub/R__c__d.sql": "SELECT 2"})
    made.up_all(database)
    rows = "SELECT array_agg(concat_ws('|', installed_rank, coalesce(version, '-'), description, type, script)"
    found = one(database, f"{rows} ORDER BY installed_rank) FROM flyway_schema_history")
    assert found == ["1|1.02|a b|SQL|V1_02__a_b.sql", "2|-|c  d|SQL|sub/R__c__d.sql"]
    assert [r.version for r in made.recorded(database)] == ["1.02", "R__c__d"]


def test_goose_starts_at_zero(tool, database: str, one) -> None:
    made = tool({"00003_a.sql": "-- +goose Up\nSELECT 1;\n", "4_b.sql": "-- +goose Up\nSELECT 1;\n"})
    made.prepare(database)
    assert made.recorded(database) == ()
    made.up_all(database)
    rows = "SELECT array_agg(concat_ws('|', id, version_id, is_applied) ORDER BY id) FROM goose_db_version"
    assert one(database, rows) == ["1|0|t", "2|3|t", "3|4|t"]


@pytest.mark.parametrize(
    ("files", "table"),
    [
        ({"1_a/up.sql": "SELECT 1"}, "__diesel_schema_migrations"),
        ({"1_a.sql": "-- migrate:up\n-- migrate:down\n"}, "schema_migrations"),
        ({"1_a.mysql.up.sql": "", "1_a.up.sql": "SELECT 1"}, "schema_migration"),
    ],
)
def test_others_keep_the_version(tool, database: str, one, files: dict[str, str], table: str) -> None:
    tool(files).up_all(database)
    assert one(database, f"SELECT version FROM {table}") == "1"


def test_a_view_of_that_name_is_no_history_table(connection) -> None:
    connection.execute("CREATE TABLE other (a int); CREATE VIEW pgproof_history AS SELECT * FROM other")
    assert not exists(connection, GENERIC)
    connection.execute("DROP VIEW pgproof_history; CREATE TABLE pgproof_history (a int)")
    assert exists(connection, GENERIC)


def test_a_name_with_quotes_and_dots_is_found(connection) -> None:
    table = HistoryTable(schema='my "app".x', table="to do", version="v", applied_at=None)
    assert not exists(connection, table)
    connection.execute('CREATE SCHEMA "my ""app"".x"; CREATE TABLE "my ""app"".x"."to do" (v int)')
    assert exists(connection, table)

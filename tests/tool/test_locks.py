from __future__ import annotations

import zlib

import pytest

from pgproof.server.session import connect
from pgproof.tool.layouts.sourcegraph_log import _fnv1

SEES_LOCK = "CREATE TABLE seen AS SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory'"


@pytest.mark.parametrize(
    ("name", "locks"), [("1_a.up.sql", 1), ("1_a/migration.sql", 1), ("1-a.sql", 0), ("a.up.sql", 0)]
)
def test_the_runner_locks_as_the_layouts_own_tool_does(tool, database: str, name: str, locks: int) -> None:
    made = tool({name: SEES_LOCK})
    made.up_all(database)
    with connect(database) as connection:
        assert connection.execute("SELECT locks FROM seen").fetchone() == (locks,)
        assert connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)


def test_sourcegraph_hashes_with_fnv1() -> None:
    assert (_fnv1("") % 2**32, _fnv1("a"), _fnv1("foobar")) == (0x811C9DC5, 0x050C5D7E, 0x31F0B262)


KEY = "SELECT DISTINCT classid::bigint << 32 | objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
HELD = f"CREATE TABLE held AS {KEY};"


@pytest.mark.parametrize(
    ("files", "layout", "keys"),
    [
        ({"1_a.sql": HELD}, "sqlx", "SELECT {crc}::bigint * 1026731422"),
        ({"V1__a.sql": HELD}, "flyway", "SELECT 77433833903597"),
        ({"1/up.sql": HELD, "1/metadata.yaml": "name: a"}, "sourcegraph", "SELECT 1308612253::bigint << 32"),
        ({"1/up.sql": HELD}, "diesel", "SELECT 0 WHERE false"),
        ({"1_a.sql": f"-- +goose Up\n{HELD}\n"}, "goose", "SELECT 0 WHERE false"),
        ({"1_a.sql": f"-- migrate:up\n{HELD}\n-- migrate:down"}, "dbmate", "SELECT 0 WHERE false"),
        ({"1_a.autocommit.up.sql": HELD}, "popx", "SELECT 0 WHERE false"),
    ],
)
def test_the_key_is_the_tools(tool, database: str, files: dict[str, str], layout: str, keys: str) -> None:
    tool(files, layout=layout).up_all(database)
    with connect(database) as connection:
        crc = zlib.crc32(connection.info.dbname.encode())
        expected = connection.execute(keys.format(crc=crc).encode()).fetchall()
        assert connection.execute("SELECT * FROM held").fetchall() == expected

from __future__ import annotations

import pytest

from pgproof.server.session import connect

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

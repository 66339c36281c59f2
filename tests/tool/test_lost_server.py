from __future__ import annotations

import pytest

from pgproof.errors import LostServer
from pgproof.tool import MigrationFailed, failures

ENDS_ITSELF = "SELECT 1;\nSELECT pg_terminate_backend(pg_backend_pid());\nSELECT 2;"


@pytest.mark.parametrize("name", ["a.up.sql", "1_a.up.sql", "1-a.sql"])
def test_a_lost_connection_is_no_finding(tool, database: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "serving", lambda _host: None)  # somebody else's server: anybody may end a session
    made = tool({name: ENDS_ITSELF})
    with pytest.raises(LostServer):
        made.up(database, made.history.versions[0])


@pytest.mark.parametrize("name", ["a.up.sql", "1_a.up.sql", "1-a.sql"])
def test_a_session_that_the_migration_ends_on_our_own_server_is_one(tool, database: str, name: str) -> None:
    made = tool({name: ENDS_ITSELF})
    with pytest.raises(MigrationFailed) as failed:
        made.up(database, made.history.versions[0])
    assert failed.value.failure.sqlstate == "57P01"
    assert failed.value.failure.line == 2


@pytest.mark.parametrize("code", ["08006", "57P01", "53200"])
def test_a_migration_that_raises_such_a_code_is_one(tool, database: str, code: str) -> None:
    made = tool({"a.up.sql": f"DO $$ BEGIN RAISE 'mine' USING ERRCODE = '{code}'; END $$"})
    with pytest.raises(MigrationFailed, match="mine") as failed:
        made.up(database, "a")
    assert failed.value.failure.sqlstate == code

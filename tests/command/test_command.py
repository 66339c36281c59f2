"""What a tool by commands has to agree on, and what is told when it does not."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pgproof.errors import HistoryFault, UsageFault
from pgproof.server import Server
from pgproof.server.session import connect
from pgproof.settings.model import Command
from pgproof.tool import MigrationFailed, counters, layouts
from pgproof.tool.command import CommandTool, of_commands, told_versions
from pgproof.tool.logged import errors
from pgproof.tool.so_far import files_so_far

RECORD = "INSERT INTO pgproof_history VALUES ('$1', now(), 1)"
TABLE = "CREATE TABLE IF NOT EXISTS pgproof_history (version text PRIMARY KEY, applied_at timestamptz, ord int)"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "m1.up.sql").write_text("CREATE TABLE t (id int);\n")
    (folder / "m1.down.sql").write_text("DROP TABLE t;\n")
    (folder / "m2.up.sql").write_text("-- a word\nUPDATE t SET id = 2;\nALTER TABLE nowhere ADD c int;\n")
    return folder


@pytest.fixture
def tool(root: Path, tmp_path: Path, server: Server) -> Callable[..., CommandTool]:
    """Return a function: the text of a shell script, called with version, URL and file, to the tool that runs it."""

    def make(script: str, **more: object) -> CommandTool:
        program = tmp_path / "tool.sh"
        program.write_text(f'#!/bin/sh\nset -e\nsql() {{ psql -X -q -v ON_ERROR_STOP=1 "$@"; }}\n{script}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        words = (str(program), "{version}", "{url}", "{file}")
        command = Command(up=(str(program), "all", "{url}", "{directory}"), up_one=words, down=words, folder=tmp_path)
        command = replace(command, **more)
        return CommandTool(of_commands(layouts.detect([root]), command), command=command, log=server.logged)

    return make


def test_an_up_that_is_applied_and_recorded_is_one(tool, database):
    tool = tool(f'sql -d "$2" -c "{TABLE}" -f "$3" -c "{RECORD}"')

    ran = tool.up(database, "m1")

    assert [(r.line, r.kind) for r in ran] == [(1, "CREATE")]
    assert [r.version for r in tool.recorded(database)] == ["m1"]
    assert tool.name == "command (tool.sh)"


def test_rows_that_a_statement_wrote_are_counted(tool, root, database):
    (root / "m2.up.sql").write_text("UPDATE t SET id = id + 1;\nDELETE FROM t WHERE id > 100;\n")
    tool = tool(f'sql -d "$2" -c "{TABLE}" -f "$3" -c "{RECORD}"')
    tool.up(database, "m1")
    with connect(database) as session:
        session.execute("INSERT INTO t VALUES (1), (2)")

    ran = tool.up(database, "m2")

    assert [(r.kind, r.rows, r.moves_data) for r in ran] == [("UPDATE", 2, True), ("DELETE", 0, True)]


def test_a_failure_is_told_by_what_the_server_has_logged(tool, database):
    tool = tool(f'sql -d "$2" -c "{TABLE}"; if [ "$1" = m2 ]; then sql -1 -d "$2" -f "$3"; fi')
    with connect(database) as session:
        session.execute("CREATE TABLE t (id int)")

    with pytest.raises(MigrationFailed) as caught:
        tool.up(database, "m2")

    failure = caught.value.failure
    assert (failure.sqlstate, failure.line) == ("42P01", 3)
    assert failure.message == 'relation "nowhere" does not exist'
    assert failure.statement == "ALTER TABLE nowhere ADD c int;"
    assert failure.file.endswith("m2.up.sql")
    assert "ended with 3" in failure.detail


def test_without_a_log_the_tool_is_taken_at_its_word(tool, database):
    made = replace(tool("echo 'db error: ERROR: no such thing (SQLSTATE 42704)'; exit 7"), log=lambda _: ("", 0))

    with pytest.raises(MigrationFailed) as caught:
        made.up(database, "m1")

    assert caught.value.failure.sqlstate == "42704"
    assert caught.value.failure.message == "tool.sh ended with 7"
    assert "no such thing" in caught.value.failure.detail


def test_a_tool_that_says_nothing_leaves_the_state_unknown_and_no_password(tool, database, server):
    made = replace(tool("echo connecting to postgresql://me:secret@h/db; exit 1"), log=lambda _: ("", 0))

    with pytest.raises(MigrationFailed) as caught:
        made.up(database, "m1")

    assert caught.value.failure.sqlstate == "unknown"
    assert "secret" not in caught.value.failure.detail


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", "ended with 0, and the history table does not record it"),
        (f'sql -d "$2" -c "{TABLE}" -c "{RECORD}"; exit 5', "recorded it all the same"),
    ],
)
def test_exit_code_and_history_table_have_to_agree(tool, database, script, told):
    with pytest.raises(MigrationFailed) as caught:
        tool(script).up(database, "m1")

    assert told in caught.value.failure.message


def test_a_down_that_keeps_the_record_is_a_failure(tool, database):
    made = tool(f'sql -d "$2" -c "{TABLE}" -c "{RECORD} ON CONFLICT DO NOTHING"')
    made.up(database, "m1")

    with pytest.raises(MigrationFailed, match="still records it"):
        made.down(database, "m1")


def test_forgetting_deletes_the_row_or_does_what_the_settings_say(tool, database):
    script = f'sql -d "$2" -c "{TABLE}" -c "{RECORD}"'
    made = tool(script)
    made.up(database, "m1")
    made.forget(database, "m1")
    assert made.recorded(database) == ()

    other = tool(script, forget="UPDATE pgproof_history SET version = '{version}-gone'")
    other.up(database, "m1")
    other.forget(database, "m1")
    assert [r.version for r in other.recorded(database)] == ["m1-gone"]


def test_without_up_one_the_tool_gets_the_files_so_far(tool, database):
    made = tool(f'sql -d "$2" -c "{TABLE}"; for f in "$3"/*.up.sql; do v=$(basename "$f" .up.sql);'
                f' sql -d "$2" -f "$f" -c "INSERT INTO pgproof_history VALUES (\'$v\', now(), 1)"; done', up_one=())

    made.up(database, "m1")

    assert [r.version for r in made.recorded(database)] == ["m1"]


def test_the_files_so_far_are_without_those_of_later_migrations(root, tmp_path):
    (root / "notes.txt").write_text("kept")

    copy = files_so_far(layouts.detect([root]), "m1", tmp_path / "copy")

    assert sorted(path.name for path in copy.iterdir()) == ["m1.down.sql", "m1.up.sql", "notes.txt"]


def test_a_directory_of_a_migration_goes_as_a_whole(tmp_path):
    for name in ("20240101000000_a", "20240102000000_b"):
        folder = tmp_path / "prisma" / name
        folder.mkdir(parents=True)
        (folder / "migration.sql").write_text("SELECT 1;")
    (tmp_path / "prisma" / "migration_lock.toml").write_text('provider = "postgresql"')
    history = layouts.detect([tmp_path / "prisma"])

    copy = files_so_far(history, history.versions[0], tmp_path / "copy")

    assert sorted(path.name for path in copy.iterdir()) == ["20240101000000_a", "migration_lock.toml"]


def test_a_program_that_is_not_there_is_one_message(tool, database):
    made = tool("exit 0", up_one=("no-such-program",))

    with pytest.raises(UsageFault, match=r"'no-such-program' cannot be run"):
        made.up(database, "m1")


def test_versions_are_told_by_status(tool, database, tmp_path):
    command = replace(
        tool("echo 'applied  m1'; echo 'pending  m2'").command, status=(str(tmp_path / "tool.sh"),),
        versions=r"^(?:applied|pending)\s+(?P<version>\w+)$",
    )  # fmt: skip
    assert told_versions(command, database, tmp_path) == ("m1", "m2")

    with pytest.raises(UsageFault, match="finds no version"):
        told_versions(replace(command, versions="(?P<version>xyz)"), database, tmp_path)
    tool("exit 2")
    with pytest.raises(HistoryFault, match="ended with 2"):
        told_versions(command, database, tmp_path)


def test_errors_of_other_databases_are_left_out():
    log = (
        '2026-01-01 00:00:00.000 JST [7] 42P07 a b@mine ERROR:  relation "t" already exists\n'
        "2026-01-01 00:00:00.000 JST [7] 42P07 a b@mine STATEMENT:  CREATE TABLE t (\n\tid int\n\t)\n"
        "2026-01-01 00:00:00.000 JST [8] 42601 x@other ERROR:  syntax error\n"
        "2026-01-01 00:00:00.000 JST [9] 00000 LOG:  checkpoint\n"
    )

    (one,) = errors(log, "mine")

    assert (one.sqlstate, one.message) == ("42P07", 'relation "t" already exists')
    assert one.parts == {"STATEMENT": "CREATE TABLE t (\nid int\n)"}


def test_each_part_of_a_group_is_run_and_recorded_by_itself(tool, root, database):
    (root / "m2.up.sql").write_text("ALTER TABLE t ADD COLUMN c int;\n")
    (root / "m2.down.sql").write_text("ALTER TABLE t DROP COLUMN c;\n")
    script = f'sql -d "$2" -c "{TABLE}" -f "$3" -c "{RECORD}"'
    made = tool(script)
    grouped = replace(made, history=of_commands(layouts.detect([root], groups="(m)"), made.command))

    ran = grouped.up(database, "m")

    assert [r.kind for r in ran] == ["CREATE", "ALTER"]
    assert [r.version for r in grouped.recorded(database)] == ["m"]
    assert [r.version for r in made.recorded(database)] == ["m1", "m2"]
    grouped.forget(database, "m")
    assert made.recorded(database) == ()


def test_what_a_session_wrote_that_ends_behind_its_program_is_counted(tool, root, database):
    (root / "m2.up.sql").write_text("UPDATE t SET id = id + 1;\n")
    script = f'sql -d "$2" -c "{TABLE}" -f "$3" -c "{RECORD}"'
    made = tool(script)
    made.up(database, "m1")
    with connect(database) as session:
        session.execute("INSERT INTO t VALUES (1), (2)")
    # a session hands in at most once a second what it has counted, and the rest when it ends
    behind = 'psql -X -q -d "$2" -c "SELECT count(*) FROM t" -f "$3" -c "SELECT pg_sleep(0.5)"'
    late = tool(f'({behind} >/dev/null 2>&1 &)\nsleep 0.2; sql -d "$2" -c "{RECORD}"')

    (ran,) = late.up(database, "m2")

    assert ran.rows == 2


def test_nobody_waits_for_sessions_of_our_own_to_end(tool, database, monkeypatch):
    """On a server that a URL names they have the tool's user."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr(counters, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    with connect(database):
        tool(f'sql -d "$2" -c "{TABLE}" -f "$3" -c "{RECORD}"').up(database, "m1")

    assert sum(slept) < 5  # of ten, before and behind

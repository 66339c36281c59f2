"""The ways in which a history can be deployed, met by empty databases: side by side, and one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from pgproof.server import Server
from pgproof.tool import layouts
from pgproof.tool.server_wide import is_confined
from pgproof.tool.sql import SqlTool
from pgproof.walk.evidence import Preview
from pgproof.walk.preview import Plan, history_identity, take_preview
from pgproof.walk.state import Observer

SOUND = {
    "m1": "CREATE TABLE t (id bigint PRIMARY KEY);",
    "m2": "ALTER TABLE t ADD COLUMN c text;",
    "m3": "CREATE INDEX t_c ON t (c);",
    "m4": "INSERT INTO t VALUES (1, 'x');",
    "m5": "ALTER TABLE t ADD COLUMN d text;",
}
LEAKING = SOUND | {"m4": "CREATE SCHEMA app; SET search_path = app;", "m5": "CREATE TABLE u (id bigint PRIMARY KEY);"}
WITH_ROLE = SOUND | {
    "m1": f"CREATE ROLE pgproof_test_reader; {SOUND['m1']}",
    "m4": "GRANT SELECT ON t TO pgproof_test_reader;",
}
Taken = Callable[..., Preview]


@pytest.fixture
def taken(server: Server, tmp_path: Path, prefix: str) -> Taken:
    """Return a function: files (version → up) to the preview, whose release is the newest two."""

    def take(files: Mapping[str, str], **plan: object) -> Preview:
        for version, text in files.items():
            (tmp_path / f"{version}.up.sql").write_text(text)
        tool = SqlTool(layouts.detect([tmp_path]))
        observer = Observer(exclude=history_identity(tool.history_table), limit=5000)
        return take_preview(server, tool, observer, prefix, Plan(newest=2, **plan))[0]

    return take


@pytest.mark.parametrize("files", [SOUND, LEAKING])
def test_side_by_side_shows_what_one_after_the_other_shows(taken: Taken, files: Mapping[str, str]) -> None:
    one, other = taken(files, is_confined=True), taken(files, is_confined=False)
    for field in fields(Preview):
        if field.name not in {"seconds", "second_up"}:
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    assert one.second_up is not None
    assert one.second_up.difference.schema == ()
    assert [row.version for row in one.second_up.recorded] == list(files)


def test_a_setting_that_leaks_is_seen_all_at_once_and_from_the_previous_release(taken: Taken) -> None:
    preview = taken(LEAKING, is_confined=True)
    assert (preview.release.before, preview.release.versions) == ("m3", ("m4", "m5"))
    assert "table app.u added" in [str(change) for change in preview.modes_differ]
    assert preview.deployment is not None
    assert "table app.u added" in [str(change) for change in preview.deployment.differ]


def test_a_release_that_does_not_apply_in_one_go_says_why(taken: Taken) -> None:
    label = {"m3": "CREATE TYPE mood AS ENUM ('a');", "m4": "ALTER TYPE mood ADD VALUE 'b';", "m5": "SELECT 'b'::mood;"}
    preview = taken(SOUND | label)
    assert preview.deployment is not None
    assert preview.deployment.failure is None  # each is a transaction of its own
    preview = taken(LEAKING | {"m5": "ALTER TABLE t ADD COLUMN d text;"})
    assert preview.deployment is not None
    assert preview.deployment.failure is not None
    assert preview.deployment.failure.sqlstate == "42P01"
    assert preview.all_at_once is not None


def test_a_role_that_an_older_migration_made_is_there_for_the_release(taken: Taken, server: Server) -> None:
    preview = taken(WITH_ROLE)
    assert (preview.on_empty, preview.all_at_once) == ({}, None)
    assert preview.deployment is not None
    assert (preview.deployment.failure, preview.deployment.differ) == (None, ())
    found = server.maintenance().execute("SELECT 1 FROM pg_roles WHERE rolname = 'pgproof_test_reader'").fetchall()
    assert found == []


@pytest.mark.parametrize(("files", "confined"), [(SOUND, True), (LEAKING, True), (WITH_ROLE, False)])
def test_only_what_stays_in_its_database_is_confined(tmp_path: Path, files: Mapping[str, str], confined: bool) -> None:
    for version, text in files.items():
        (tmp_path / f"{version}.up.sql").write_text(text)
    assert is_confined(layouts.detect([tmp_path])) is confined

"""On one directory a tool and pgproof leave the same database: catalog, rows, and the tool's own history table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgproof.tool import layouts
from pgproof.tool.sql import SqlTool

from .programs import Tool

pytestmark = pytest.mark.tools

DIRECTORIES = Path(__file__).parents[1] / "tool" / "layouts" / "directories"
SEES_LOCK = (
    "CREATE TABLE seen AS SELECT DISTINCT classid::bigint, objid::bigint, objsubid"
    " FROM pg_locks WHERE locktype = 'advisory';"
)


def _up(directory: Path) -> Callable[[str], None]:
    return SqlTool(layouts.detect(directory)).up_all


def test_the_directory_is_that_tools(real: Tool) -> None:
    assert layouts.detect(DIRECTORIES / real.layout).layout == real.layout


def test_all_ups_leave_the_same(real: Tool, state) -> None:
    directory = DIRECTORIES / real.layout

    def act(url: str) -> None:
        assert not real.apply(url, directory)

    theirs, ours = state(act), state(_up(directory))
    assert real.history in theirs[1]
    assert ours == theirs


def test_all_downs_leave_the_same(real: Tool, state) -> None:
    if real.down is None:
        pytest.skip(f"{real.layout} undoes nothing, or one at a time")
    directory = DIRECTORIES / real.layout
    made = SqlTool(layouts.detect(directory))

    def act(url: str) -> None:
        assert not real.apply(url, directory)
        real.undo(url, directory)

    def do(url: str) -> None:
        made.up_all(url)
        for migration in reversed(made.history.migrations):
            if migration.down is None:
                made.forget(url, migration.version)
            else:
                made.down(url, migration.version)

    assert state(do) == state(act)


def test_the_same_lock_is_held(real: Tool, state, tmp_path: Path) -> None:
    if real.layout == "sqlx":
        pytest.skip("sqlx's library takes the lock, its program does not")
    files = {
        "goose": {"1_a.sql": f"-- +goose Up\n{SEES_LOCK}\n"},
        "golang-migrate": {"1_a.up.sql": SEES_LOCK},
        "dbmate": {"1_a.sql": f"-- migrate:up\n{SEES_LOCK}\n-- migrate:down\n"},
        "sqlx": {"1_a.sql": f"-- no-transaction\n{SEES_LOCK}"},
        "diesel": {"1_a/up.sql": SEES_LOCK},
        "flyway": {"V1__a.sql": SEES_LOCK},
    }
    for name, content in files[real.layout].items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)

    def act(url: str) -> None:
        assert not real.apply(url, tmp_path)

    theirs, ours = state(act), state(_up(tmp_path))
    assert ours[1]["public.seen"] == theirs[1]["public.seen"]

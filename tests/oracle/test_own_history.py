"""migrations/: what the runbook asks of every history, of this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from .dump import parse, row_difference, schema_difference
from .files import Files, named
from .programs import Programs

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seed" / "m20250620_000000_add_users_role_fk.sql"
HISTORY = named(ROOT / "migrations")


def up(programs: Programs, database: str, history: list[Files]) -> None:
    for files in history:
        assert programs.run(database, files.up, is_atomic=files.is_atomic(files.up)) is None, files.version
        if files.version.endswith("insert_default_roles"):
            assert programs.run(database, SEED, is_atomic=True) is None


@pytest.fixture
def migrated(programs: Programs):
    database = programs.new()
    up(programs, database, HISTORY)
    yield database
    programs.drop(database)


def test_a_lost_history_table_is_mended_by_applying_all_again(programs: Programs, migrated: str) -> None:
    """Case 1: no version is recorded, and all of them run on a database that has them all."""
    once = parse(programs.dump(migrated))
    for files in HISTORY:
        assert programs.run(migrated, files.up, is_atomic=files.is_atomic(files.up)) is None, files.version
    twice = parse(programs.dump(migrated))
    assert schema_difference(once, twice) == []
    assert row_difference(once, twice, is_rollback=False) == []


def test_orphans_are_kept_and_cleared_and_nothing_else_is(programs: Programs, migrated: str) -> None:
    """Case 3."""
    roles = "SELECT string_agg(coalesce(role_id::text, '-'), ' ' ORDER BY email DESC) FROM users"
    assert programs.say(migrated, roles) == "- - - - 1"
    kept = "SELECT string_agg(email || ' ' || lost_role, ', ' ORDER BY email)"
    assert programs.say(migrated, f"{kept} FROM users_lost_roles JOIN users ON id = user_id") == (
        "orphan.one@example.test 901, orphan.three@example.test 902, orphan.two@example.test 902"
    )
    valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'users_role_id_fkey'"
    assert programs.say(migrated, valid) == "t"


def test_all_downs_leave_nothing(programs: Programs, migrated: str) -> None:
    empty = programs.new()
    for files in reversed(HISTORY):
        assert files.down is not None
        assert programs.run(migrated, files.down, is_atomic=files.is_atomic(files.down)) is None, files.version
    left = parse(programs.dump(migrated))
    assert schema_difference(parse(programs.dump(empty)), left) == []
    programs.drop(empty)


def test_the_next_role_gets_a_free_id(programs: Programs, migrated: str) -> None:
    assert programs.say(migrated, "INSERT INTO roles (name) VALUES ('auditor') RETURNING id") == "4"


@pytest.mark.parametrize("rows", [0, 25_001])
def test_the_back_fill_reaches_every_row_in_batches(programs: Programs, rows: int) -> None:
    """問題3: more rows than two batches hold, with gaps and from below zero."""
    database = programs.new()
    *before, last = HISTORY
    up(programs, database, before)
    programs.say(
        database,
        "INSERT INTO users (id, email, password_hash, display_name)"
        " SELECT g * 30, 'u' || g || '@example.test', 'x', CASE WHEN g % 10 = 0 THEN 'chosen' END"
        f" FROM generate_series(-5, {rows - 6}) g",
    )
    assert programs.run(database, last.up, is_atomic=last.is_atomic(last.up)) is None
    wrong = "SELECT count(*) FROM users WHERE display_name NOT IN ('chosen', split_part(email, '@', 1))"
    assert programs.say(database, wrong) == "0"
    assert programs.say(database, "SELECT count(*) FROM users WHERE display_name IS NULL") == "0"
    assert programs.say(database, "SELECT count(*) > 0 FROM users WHERE display_name = 'chosen'") == (
        "t" if rows else "f"
    )
    programs.drop(database)


def test_old_and_new_release_write_side_by_side(programs: Programs) -> None:
    """Case 4: between its first step and its last, either column may be written."""
    database = programs.new()
    up(programs, database, [f for f in HISTORY if f.version < "m20250702"])
    said = "SELECT is_archived || ' ' || archived FROM tasks"
    programs.say(database, "INSERT INTO tasks (title, is_archived) VALUES ('old', 1)")
    assert programs.say(database, said) == "1 true"
    programs.say(database, "UPDATE tasks SET archived = false")
    assert programs.say(database, said) == "0 false"
    programs.say(database, "UPDATE tasks SET is_archived = 1")
    assert programs.say(database, said) == "1 true"
    programs.say(database, "TRUNCATE tasks; INSERT INTO tasks (title, archived) VALUES ('new', true)")
    assert programs.say(database, said) == "1 true"
    programs.drop(database)

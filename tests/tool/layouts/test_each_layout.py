from __future__ import annotations

import pytest

from pgproof.errors import HistoryFault
from pgproof.tool import layouts

UP = "CREATE TABLE t (a int);"


def test_golang_pairs_by_number_alone(write) -> None:
    root = write({"0001_create.up.sql": UP, "1_drop_it.down.sql": "DROP TABLE t;"})
    (migration,) = layouts.detect(root).migrations
    assert (migration.version, migration.label) == ("1", "0001_create")
    assert migration.down is not None
    assert migration.down.name == "1_drop_it.down.sql"


def test_golang_numbers_are_unique(write) -> None:
    history = layouts.detect(write({"01_b.up.sql": UP, "1_a.up.sql": UP, "2_c.up.sql": UP}))
    assert history.versions == ("1", "2")
    assert history.faults == ("version 1 has 2 up files: 01_b.up.sql, 1_a.up.sql; the first one is used",)
    assert history.migrations[0].up.name == "01_b.up.sql"


def test_golang_counts_a_down_by_itself_as_a_version(tool, database: str) -> None:
    made = tool({"1_a.up.sql": UP, "1_a.down.sql": "DROP TABLE t", "2_b.down.sql": "SELECT 1"})
    assert [p.name for p in made.history.orphan_downs] == ["2_b.down.sql"]
    assert made.body("2").is_empty
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["2"]
    assert [r.kind for r in made.down(database, "2")] == ["SELECT"]


def test_golang_has_downs_even_where_one_is_missing(write) -> None:
    history = layouts.detect(write({"1_a.up.sql": UP}))
    assert history.has_downs
    assert history.migrations[0].down is None


def test_numbered_files_have_no_downs_unless_there_are_some(write) -> None:
    assert not layouts.detect(write({"1-a.sql": UP})).has_downs
    assert layouts.detect(write({"V2.a.up.sql": UP, "V2.a.down.sql": UP}), "numbered").has_downs


def test_numbered_files_of_one_number_are_a_fault(write) -> None:
    history = layouts.detect(write({"1-b.sql": UP, "01-a.sql": UP, "1.0.0_01_x.sql": UP, "1.0.0_02_y.sql": UP}))
    assert history.versions == ("01-a", "1-b", "1.0.0_01_x", "1.0.0_02_y")
    assert history.faults == ("number 1 is used 2 times: 01-a, 1-b",)


def test_a_numbered_file_may_leave_the_transaction(write) -> None:
    root = write({"1-a.sql": f"-- postgres-migrations disable-transaction\n{UP}", "2-b.sql": f"-- x\n{UP}"})
    assert [m.mode for m in layouts.detect(root).migrations] == ["autocommit", "transaction"]


@pytest.mark.parametrize(
    ("first", "mode"),
    [
        ("-- pgproof: no-transaction", "autocommit"),
        ("-- pgproof: no-transaction\r", "autocommit"),
        ("\ufeff-- pgproof: no-transaction", "autocommit"),
        ("--pgproof:no-transaction", "autocommit"),
        ("\n-- pgproof: no-transaction", "transaction"),
        ("-- no-transaction", "transaction"),
    ],
)
def test_named_files_leave_the_transaction_by_their_first_line(write, first: str, mode: str) -> None:
    (migration,) = layouts.detect(write({"a.up.sql": f"{first}\n{UP}"})).migrations
    assert migration.mode == mode


def test_prisma_stamps_may_be_equal(write) -> None:
    history = layouts.detect(write({"1_b/migration.sql": UP, "1_a/migration.sql": UP}))
    assert (history.versions, history.faults, history.has_downs) == (("1_a", "1_b"), (), False)


def test_prisma_names_a_directory_without_a_migration(write) -> None:
    history = layouts.detect(write({"1_a/migration.sql": UP, "1_a/README.md": "", "2_b/steps.md": "", "seed/x": ""}))
    assert history.faults == ("2_b holds no migration.sql",)
    assert {p.name for p in history.ignored} == {"README.md", "2_b", "seed"}


def test_prisma_of_another_database_is_refused(write) -> None:
    root = write({"1_a/migration.sql": UP, "migration_lock.toml": 'provider = "mysql"'})
    with pytest.raises(HistoryFault, match="for mysql"):
        layouts.detect(root)


def test_a_broken_lock_file_is_named(write) -> None:
    root = write({"1_a/migration.sql": UP, "migration_lock.toml": "provider ="})
    with pytest.raises(HistoryFault, match=r"migration_lock\.toml is no TOML"):
        layouts.detect(root)

"""What is peculiar to one layout."""

from __future__ import annotations

import pytest

from pgproof.tool import MigrationFailed, layouts

UP = "CREATE TABLE t (a int);\n"


def faults(write, files: dict[str, str], layout: str | None = None) -> tuple[str, ...]:
    return layouts.detect(write(files), layout).faults


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f"-- migrate:up\n{UP}", "no '-- migrate:down'"),
        (f"-- migrate:down\n{UP}", "no '-- migrate:up'"),
        (f"-- migrate:down\n-- migrate:up\n{UP}", "before '-- migrate:up'"),
        (f"{UP}-- migrate:up\n-- migrate:down", "a statement stands before"),
        (f"-- migrate:up\n{UP}-- migrate:down\n-- migrate:up\n", "more than one"),
    ],
)
def test_dbmate_refuses(write, content: str, why: str) -> None:
    (migration,) = layouts.detect(write({"1_a.sql": content}), "dbmate").migrations
    assert why in layouts.by_name("dbmate").script(migration.up, down=False).refused


def test_dbmate_goes_by_text_and_keeps_lines(write, tool) -> None:
    history = layouts.detect(write(dict.fromkeys(("9_b.sql", "10-a.sql"), f"-- migrate:up\n{UP}-- migrate:down\n")))
    assert history.versions == ("10", "9")
    script = layouts.by_name("dbmate").script(history.migrations[0].up, down=False)
    assert [s.line for s in script.statements] == [2]


@pytest.mark.parametrize(("layout", "word"), [("dbmate", "idle"), ("diesel", "outside of a transaction")])
def test_a_commit_in_the_tools_transaction_stops_some_tools(tool, database: str, one, layout: str, word: str) -> None:
    body = "BEGIN;\nCREATE TABLE t (a int);\nCOMMIT;\n"
    files = {"dbmate": {"1_a.sql": f"-- migrate:up\n{body}-- migrate:down\n"}, "diesel": {"1_a/up.sql": body}}[layout]
    made = tool(files, layout=layout)
    with pytest.raises(MigrationFailed, match=word):
        made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["1"]


def test_a_commit_in_the_tools_transaction_does_not_stop_others(tool, database: str) -> None:
    made = tool({"1_a.sql": "-- no-transaction\nSELECT 1", "2_b.sql": "BEGIN;\nCREATE TABLE t (a int);\nCOMMIT;\n"})
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["1", "2"]


@pytest.mark.parametrize(
    ("metadata", "mode"),
    [
        ("run_in_transaction = false", "autocommit"),
        ("run_in_transaction = true", "transaction"),
        ("", "autocommit"),
        ("run_in", "transaction"),
        (None, "transaction"),
    ],
)
def test_diesel_reads_its_metadata(write, metadata: str | None, mode: str) -> None:
    files = {"1_a/up.sql": "VACUUM"} | ({} if metadata is None else {"1_a/metadata.toml": metadata})
    (migration,) = layouts.detect(write(files)).migrations
    assert migration.mode == mode


def test_diesel_refuses_what_it_would(write) -> None:
    files = {"1-2_a/up.sql": "-- x", "12_b/up.sql": UP, "13/down.sql": UP, "14_c/x": ""}
    history = layouts.detect(write(files))
    assert history.versions == ("12",)
    assert [p.parent.name for p in history.orphan_downs] == ["13"]
    assert [f.partition(";")[0] for f in history.faults] == [
        "version 12 is used 2 times: 1-2_a, 12_b",
        "Diesel stops at 13: it holds no up.sql",
        "Diesel stops at 14_c: it holds no up.sql",
    ]
    assert layouts.by_name("diesel").script(history.migrations[0].up, down=False).refused == "it holds no statement"


def test_sqlx_stops_at_names_without_a_number(write) -> None:
    found = faults(write, {"1_a.sql": "-- no-transaction\n", "seed_users.sql": UP, "seed.sql": UP, "01_b.sql": UP})
    assert [f.partition(";")[0] for f in found] == [
        "version 1 has 2 up files: 01_b.sql, 1_a.sql",
        "sqlx stops at seed_users.sql: no integer before its first _",
    ]


def test_flyway_refuses_a_mix_unless_told(write) -> None:
    both = f"{UP}CREATE INDEX CONCURRENTLY i ON t (a);\n"
    root = write({"V1__a.sql": both, "V2__b.sql": both, "V2__b.sql.conf": "# why\nexecuteInTransaction = false\n"})
    first, second = layouts.detect(root).migrations
    read = layouts.by_name("flyway").script
    assert read(first.up, down=False).refused_line == 2
    assert (read(second.up, down=False).refused, second.mode) == ("", "autocommit")


def test_flyway_compares_versions_part_by_part(write) -> None:
    names = [
        "V1__a.sql",
        "V1.0__b.sql",
        "V1_1__c.sql",
        "U1.1__c.sql",
        "U7__d.sql",
        "R__x.sql",
        "sub/R__x.sql",
        "Va__x.sql",
    ]
    history = layouts.detect(write(dict.fromkeys(names, UP)))
    assert (history.versions, history.has_downs) == (("1.0", "1.1", "R__x"), True)
    assert [p.name for p in history.orphan_downs] == ["U7__d.sql"]
    assert [f.partition(":")[0] for f in history.faults] == [
        "version '1.0' has 2 files",
        "repeatable migration 'x' has 2 files",
    ]
    assert [p.name for p in history.ignored if p.name.startswith("Va")] == ["Va__x.sql"]


def test_flyway_runs_repeatable_files_again_when_they_changed(tool, write, database: str, one) -> None:
    made = tool({"V1__a.sql": UP, "R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1 AS a"})
    made.up_all(database)
    (made.history.root / "R__v.sql").write_text("CREATE OR REPLACE VIEW v AS SELECT 2 AS a")
    again = tool({})
    again.up_all(database)
    assert one(database, "SELECT a FROM v") == 2
    assert [r.version for r in again.recorded(database)] == ["1", "R__v"]
    assert one(database, "SELECT count(*) FROM flyway_schema_history") == 3
    again.forget(database, "R__v")
    assert [r.version for r in again.recorded(database)] == ["1"]


def test_flyway_lets_no_search_path_leak(tool, database: str, one) -> None:
    files = {"V1__a.sql": "CREATE SCHEMA s; SET search_path = s", "V2__b.sql": "CREATE TABLE t (a int)"}
    tool(files).up_all(database)
    assert one(database, "SELECT to_regclass('public.t') IS NOT NULL")


def test_popx_wants_a_down_for_each_up(write) -> None:
    assert faults(write, {"1_a.autocommit.up.sql": UP}) == ("popx runs nothing: version 1 has no down",)


def test_popx_is_serializable(tool, database: str, one) -> None:
    files = {
        "1_a.autocommit.up.sql": "",
        "2_b.up.sql": "CREATE TABLE t AS SELECT current_setting('transaction_isolation') AS i",
    }
    tool(files).up_all(database)
    assert one(database, "SELECT i FROM t") == "serializable"


@pytest.mark.parametrize(
    ("parents", "order", "fault"),
    [
        ({1: "", 2: "parents: [1]", 3: "parent: 1"}, "123", ""),
        ({1: "", 5: "parents: [1]", 2: "parents: [5]", 3: "parents: [1]"}, "1352", ""),
        ({1: "", 2: "parents: []", 3: "parents: [1, 2]"}, "123", "2 migrations have no parent"),
        ({1: "", 2: "parents: [7]"}, "12", "2 has the parent 7"),
        ({1: "", 2: "parents: [3]", 3: "parents: [2]"}, "123", "cannot be reached"),
    ],
)
def test_sourcegraph_goes_by_parents(write, parents: dict[int, str], order: str, fault: str) -> None:
    files = {}
    for number, text in parents.items():
        files |= {f"{number}/up.sql": UP, f"{number}/down.sql": "", f"{number}/metadata.yaml": f"name: x\n{text}\n"}
    history = layouts.detect(write(files))
    assert "".join(history.versions) == order
    assert bool(history.faults) == bool(fault)
    assert fault in " ".join(history.faults)


def test_sourcegraph_takes_the_outer_transaction_away(write) -> None:
    content = f"\nBEGIN;\n{UP}COMMIT;\n"
    (migration,) = layouts.detect(write({"1/up.sql": content, "1/metadata.yaml": "name: x"})).migrations
    script = layouts.by_name("sourcegraph").script(migration.up, down=False)
    assert [(s.line, s.text) for s in script.statements] == [(3, "CREATE TABLE t (a int)")]
    assert migration.mode == "transaction"


def test_sourcegraph_logs_both_directions(tool, database: str, one) -> None:
    made = tool({"1/up.sql": UP, "1/down.sql": "DROP TABLE t", "1/metadata.yaml": "name: x"})
    made.up_all(database)
    made.down(database, "1")
    assert made.recorded(database) == ()
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["1"]
    assert one(database, "SELECT array_agg(up ORDER BY id) FROM migration_logs") == [True, False, True]


def test_two_levels_are_compared_as_numbers(write) -> None:
    history = layouts.detect(write({"10/1_a.up.sql": UP, "9/10_b.up.sql": UP, "9/9_c.up.sql": UP, "9/09_d.up.sql": UP}))
    assert history.versions == ("9/09", "9/10", "10/1")
    assert history.faults == ("version 9/9 has 2 up files: 09_d.up.sql, 9_c.up.sql; the first one is used",)

from __future__ import annotations

import pytest

from pgproof.errors import UsageFault
from pgproof.tool import layouts, modes
from pgproof.tool.server_wide import reaches, sources
from pgproof.tool.sql import SqlTool
from pgproof.tool.writing import writing

RULE = r"([0-9.]+)_"
FILES = {
    "1.0.0_01_pre_t.sql": "CREATE TABLE t (a int);",
    "1.0.0_50_post_t.sql": "CREATE INDEX CONCURRENTLY i ON t (a);",
    "1.1.0_01_u.sql": "CREATE TABLE u (a int);",
    "1.2.0_01_v.sql": "CREATE TABLE v (a int);",
    "1.2.0_02_v.sql": "INSERT INTO v VALUES (1);",
}
PAIRS = {
    f"{n}_{name}.{way}.sql": text
    for n, name, up, down in [
        (1, "a_x", "CREATE TABLE t (a int);", "DROP TABLE t;"),
        (2, "a_y", "CREATE TABLE u (a int);", "DROP TABLE u;"),
        (3, "b_z", "CREATE TABLE v (a int);", "DROP TABLE v;"),
    ]
    for way, text in (("up", up), ("down", down))
}


def test_files_of_one_name_are_one_migration(write) -> None:
    history = layouts.detect(write(FILES), groups=RULE)
    assert history.versions == ("1.0.0", "1.1.0_01_u", "1.2.0")
    first, _, last = history.migrations
    assert [p.version for p in first.parts] == ["1.0.0_01_pre_t", "1.0.0_50_post_t"]
    assert (first.up.name, first.mode, last.mode) == (
        "1.0.0_01_pre_t.sql",
        f"{modes.AUTOCOMMIT} and {modes.TRANSACTION}",
        modes.TRANSACTION,
    )
    assert history.singly.versions == layouts.detect(history.root).versions


def test_a_group_is_applied_as_one_and_recorded_as_the_tool_does(write, database: str, one) -> None:
    made = SqlTool(layouts.detect(write(FILES), groups=RULE))
    assert [r.kind for r in made.up(database, "1.0.0")] == ["CREATE TABLE", "CREATE INDEX"]
    assert [r.version for r in made.recorded(database)] == ["1.0.0"]
    assert one(database, "SELECT count(*) FROM pgproof_history") == 2
    made.up_all(database)
    assert tuple(r.version for r in made.recorded(database)) == made.history.versions
    made.forget(database, "1.2.0")
    assert [r.version for r in made.recorded(database)] == ["1.0.0", "1.1.0_01_u"]
    assert one(database, "SELECT count(*) FROM pgproof_history") == 3
    assert made.body("1.0.0").needs_clone
    assert not made.body("1.2.0").needs_clone
    assert made.body("1.2.0").tables == ("v",)


def test_a_group_is_undone_from_its_end(write, database: str) -> None:
    made = SqlTool(layouts.detect(write(PAIRS), groups=r"[0-9]+_([ab])_"))
    assert made.history.versions == ("a", "3")
    made.up_all(database)
    assert [r.version for r in made.recorded(database)] == ["3"]
    made.down(database, "3")
    assert [r.version for r in made.recorded(database)] == ["a"]
    assert [r.kind for r in made.down(database, "a")] == ["DROP TABLE", "DROP TABLE"]
    assert made.recorded(database) == ()


def test_a_group_without_each_down_has_none(write) -> None:
    files = {name: text for name, text in PAIRS.items() if name != "1_a_x.down.sql"}
    first, _ = layouts.detect(write(files), groups=r"[0-9]+_([ab])_").migrations
    assert (first.down, first.down_mode) == (None, None)


@pytest.mark.parametrize(
    ("rule", "why"), [("(", "no regular expression"), (r"[0-9]+_([ab])_", "more than one migration of the version 'a'")]
)
def test_a_rule_that_does_not_do_is_refused(write, rule: str, why: str) -> None:
    files = {f"{n}_{group}_x.sql": "" for n, group in enumerate("aabaa", 1)}
    with pytest.raises(UsageFault, match=why):
        layouts.detect(write(files), groups=rule)


def test_every_part_of_a_group_is_looked_at(write) -> None:
    history = layouts.detect(write({**FILES, "1.2.0_02_v.sql": "DELETE FROM v; ALTER ROLE r LOGIN;"}), groups=RULE)
    assert writing(history, "1.2.0").deletes == {"v"}
    assert [reach.what for reach in reaches(sources(history))] == ["ALTER ROLE"]

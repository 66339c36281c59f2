from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.errors import HistoryFault, UsageFault
from pgproof.tool import layouts

UP = "CREATE TABLE t (a int);"


@pytest.mark.parametrize(
    ("names", "layout", "versions"),
    [
        (["000001_a.up.sql", "000001_a.down.sql", "2_b.up.sql", "10_c.up.sql"], "golang-migrate", ("1", "2", "10")),
        (["20250101_x.up.sql", "20250101_x.down.sql"], "golang-migrate", ("20250101",)),
        (["m20250511_073638_create_task_table.up.sql"], "named", ("m20250511_073638_create_task_table",)),
        (["b.up.sql", "a.up.sql", "a.down.sql"], "named", ("a", "b")),
        (["10-c.sql", "2-b.sql", "00001-a.sql"], "numbered", ("00001-a", "2-b", "10-c")),
        (["10_c.sql", "9_b.sql"], "numbered", ("9_b", "10_c")),
        (["V0002.b.up.sql", "V0002.b.down.sql", "V0001.a.up.sql"], "numbered", ("V0001.a", "V0002.b")),
        (
            ["03.00.00_50_post_x.sql", "03.00.00_01_pre_x.sql", "00.10.00_01_c.sql", "00.9.00_02_b.sql"],
            "numbered",
            ("00.9.00_02_b", "00.10.00_01_c", "03.00.00_01_pre_x", "03.00.00_50_post_x"),
        ),
        (["2.up.sql", "10.up.sql", "10.down.sql"], "numbered", ("2", "10")),
        (["2024-01-02-b.sql", "2024-01-01-c.sql"], "numbered", ("2024-01-01-c", "2024-01-02-b")),
        (["2_b/migration.sql", "10_a/migration.sql", "migration_lock.toml"], "prisma", ("10_a", "2_b")),
        (["20251122125322_Add x to y/migration.sql"], "prisma", ("20251122125322_Add x to y",)),
    ],
)
def test_the_layout_and_the_order_are_found(write, names: list[str], layout: str, versions: tuple[str, ...]) -> None:
    root = write({name: 'provider = "postgresql"' if name.endswith(".toml") else UP for name in names})
    history = layouts.detect(root)
    assert (history.layout, history.versions, history.faults) == (layout, versions, ())


def test_a_layout_that_is_named_is_taken(write) -> None:
    root = write({"2_b.up.sql": UP, "10_a.up.sql": UP})
    assert layouts.detect(root).versions == ("2", "10")
    assert layouts.detect(root, "named").versions == ("10_a", "2_b")
    assert layouts.detect(root, "numbered").versions == ("2_b", "10_a")


def test_most_files_decide_and_the_rest_is_named(write) -> None:
    root = write({"1_a.up.sql": UP, "2_b.up.sql": UP, "extra.up.sql": UP})
    history = layouts.detect(root)
    assert history.layout == "golang-migrate"
    assert [p.name for p in history.ignored] == ["extra.up.sql"]


def test_layouts_that_match_equally_are_listed(write) -> None:
    root = write({"1_a.up.sql": UP, "b.up.sql": UP})
    with pytest.raises(HistoryFault) as fault:
        layouts.detect(root)
    assert "golang-migrate: 1, such as 1_a.up.sql" in fault.value.message
    assert "--layout=golang-migrate or --layout=named" in fault.value.remedy


def test_an_unknown_layout_is_refused_with_the_known_ones(write) -> None:
    with pytest.raises(UsageFault) as fault:
        layouts.detect(write({"a.up.sql": UP}), "flyweight")
    assert "'flyweight'" in fault.value.message
    assert all(f"--layout={name}" in fault.value.remedy for name in layouts.names())


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryFault, match=r"There is no directory .*nowhere"):
        layouts.detect(tmp_path / "nowhere")


def test_a_file_is_no_directory(write) -> None:
    with pytest.raises(HistoryFault, match="is not a directory"):
        layouts.detect(write({"a.up.sql": UP}) / "a.up.sql")


def test_an_empty_directory_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(HistoryFault, match="is empty") as fault:
        layouts.detect(tmp_path)
    assert all(f"({name})" in fault.value.remedy for name in layouts.names())


@pytest.mark.parametrize("layout", [None, "prisma", "named"])
def test_a_directory_without_migrations_says_what_was_looked_for(write, layout: str | None) -> None:
    with pytest.raises(HistoryFault, match="There is no migration") as fault:
        layouts.detect(write({"README.md": "x", "seed/x.sql": UP}), layout)
    assert f"({layout or 'numbered'})" in fault.value.remedy


def test_a_directory_one_level_up_says_where_to_go(write) -> None:
    root = write({"migrations/1_a.up.sql": UP, "schema.prisma": ""})
    with pytest.raises(HistoryFault, match=r"There are some in .*migrations: did you mean that one\?"):
        layouts.detect(root)


def test_a_tool_that_is_not_read_yet_is_called_by_name(write) -> None:
    with pytest.raises(HistoryFault, match="Alembic"):
        layouts.detect(write(dict.fromkeys(["env.py", "versions/a.py"], UP)))


@pytest.mark.parametrize(("tool", "down"), [("rambler", "-- rambler down"), ("sql-migrate", "-- +migrate Down")])
def test_files_with_a_down_section_are_not_run_through(write, tool: str, down: str) -> None:
    root = write({"1_a.sql": f"{UP}\n{down}\nDROP TABLE t;"})
    with pytest.raises(HistoryFault, match=tool) as fault:
        layouts.detect(root)
    assert "--layout=numbered" in fault.value.remedy
    assert layouts.detect(root, "numbered").versions == ("1_a",)


@pytest.mark.parametrize(
    ("files", "layout"),
    [
        ({"1_a.sql": "-- no-transaction\nSELECT 1", "2_b.sql": UP}, "sqlx"),
        ({"1_a.sql": UP, "../Cargo.toml": '[dependencies]\nsqlx = "0.9"'}, "sqlx"),
        ({"1_a.up.sql": UP, "1_a.down.sql": UP, "../Cargo.toml": "[dependencies.sqlx]"}, "sqlx"),
        ({"1_a.sql": UP, "../Cargo.toml": '[dependencies]\nsea-sqlx-x = "0.9"'}, "numbered"),
        ({"1_a.sql": f"-- +goose up\n{UP}", "2_b.sql": f"-- +goose Up\n{UP}"}, "goose"),
        ({"1_a.sql": f"-- migrate:up\n{UP}-- migrate:down"}, "dbmate"),
        ({"1_a.up.sql": UP, "../go.mod": "require github.com/gobuffalo/pop/v6 v6.1.1"}, "pop"),
        ({"1_a.up.sql": UP, "../go.mod": "require github.com/gobuffalo/popular v6.1.1"}, "golang-migrate"),
        ({"1_a.up.sql": UP, "2_b.mysql.up.sql": UP}, "pop"),
        ({"1_a.up.sql": UP, "2_b.autocommit.up.sql": UP}, "popx"),
        ({"1_a.up.sql": UP, "../go.mod": "require github.com/ory/x v0.0.1"}, "popx"),
        ({"1_a/up.sql": UP, "2_b/up.sql": UP}, "diesel"),
        ({"1_a/up.sql": UP, "1_a/metadata.yaml": "name: a"}, "sourcegraph"),
        ({"V1__a.sql": UP, "more/V2__b.sql": UP}, "flyway"),
        ({"0/1_a.up.sql": UP, "1/1_b.up.sql": UP}, "two-levels"),
    ],
)
def test_names_alone_do_not_always_tell(write, files: dict[str, str], layout: str) -> None:
    assert layouts.detect(write(files)).layout == layout


def test_only_the_repository_itself_is_looked_at(write) -> None:
    root = write({"Cargo.toml": "sqlx", "repo/.git/HEAD": "", "repo/db/1_a.sql": UP, "db/1_a.sql": UP})
    assert layouts.detect(root / "repo" / "db").layout == "numbered"
    assert layouts.detect(root / "db").layout == "sqlx"


def test_several_directories_are_one_history(write) -> None:
    root = write({"a/V2__b.sql": UP, "b/V1__a.sql": UP, "b/V10__c.sql": UP, "c/x.md": "", "a/1_x.up.sql": UP})
    history = layouts.detect([root / "a", root / "b", root / "c", root / "a"])
    assert (history.layout, history.versions, history.root) == ("flyway", ("1", "2", "10"), root / "a")
    assert history.roots == (root / "a", root / "b", root / "c")
    assert [p.name for p in history.ignored] == ["1_x.up.sql", "x.md"]
    numbered = layouts.detect([root / "a"], "golang-migrate")
    assert (numbered.versions, numbered.roots) == (("1",), ())


def test_what_lies_beside_the_migrations_is_named(write) -> None:
    root = write(
        {"a.up.sql": UP, "README.md": "", "contract.toml": "", "seed/a.sql": UP, "a.mysql.sql": "", ".gitkeep": ""}
    )
    ignored = layouts.detect(root).ignored
    assert {p.name for p in ignored} == {"README.md", "contract.toml", "seed", "a.mysql.sql", ".gitkeep"}


def test_downs_without_an_up_are_named(write) -> None:
    history = layouts.detect(write({"a.up.sql": UP, "b.down.sql": UP}))
    assert [p.name for p in history.orphan_downs] == ["b.down.sql"]
    assert history.ignored == ()


def test_links_are_followed(write, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.sql"
    real.write_text(UP)
    root = write({"a.up.sql": UP})
    (root / "b.up.sql").symlink_to(real)
    (tmp_path / "link").symlink_to(root)
    assert layouts.detect(tmp_path / "link").versions == ("a", "b")
    real.unlink()
    with pytest.raises(HistoryFault, match=r"b\.up\.sql is a link to a file that is not there"):
        layouts.detect(root)


def test_modes_of_up_and_down_may_differ(write) -> None:
    root = write({"1-a.up.sql": "CREATE INDEX CONCURRENTLY i ON t (a)", "1-a.down.sql": "DROP INDEX i"})
    (migration,) = layouts.detect(root).migrations
    assert (migration.mode, migration.down_mode) == ("autocommit", "transaction")


def test_odd_names_are_versions(write) -> None:
    names = ['say "hi"', "größe", "UPPER lower", "a;b", "x.y"]
    assert set(layouts.detect(write({f"{name}.up.sql": UP for name in names})).versions) == set(names)


def test_the_registry_is_sorted() -> None:
    assert list(layouts.names()) == sorted(layouts.names())

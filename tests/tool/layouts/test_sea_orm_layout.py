"""A crate of SeaORM migrations, read from its sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.errors import HistoryFault, UsageFault
from pgproof.settings import crates, places
from pgproof.tool import layouts, needs
from pgproof.tool.layouts.sea_orm import is_down_empty
from pgproof.tool.writing import writing

CARGO = '[dependencies]\nsea-orm-migration = "2"\n'
UP = 'async fn up(&self, m: &SchemaManager) -> R { m.execute_unprepared("CREATE EXTENSION citext").await }\n'
DOWN = "async fn down(&self, m: &SchemaManager) -> R { Ok(()) }\n"


def migration(*functions: str, struct: str = "Migration") -> str:
    return f"// what it is for\nimpl MigrationTrait for {struct} {{\n{''.join(functions)}}}\n"


def lib(*paths: str) -> str:
    return f"fn migrations() -> V {{ vec![{', '.join(f'Box::new({path})' for path in paths)}] }}\n"


@pytest.fixture
def crate(write) -> Path:
    files = {
        "migration/Cargo.toml": CARGO,
        "migration/src/lib.rs": lib("m1_a::Migration", "m2_b::Migration"),
        "migration/src/m1_a.rs": migration(UP, DOWN),
        "migration/src/m2_b.rs": migration(UP),
        "migration/src/main.rs": "fn main() {}",
        "Cargo.toml": '[dependencies]\nsea-orm = "2"\n',
    }
    return write(files) / "migration"


@pytest.mark.parametrize("place", ["..", ".", "src"])
def test_a_crate_is_found_from_its_project_itself_and_its_sources(crate, place):
    history = layouts.detect((crate / place).resolve())

    assert (history.layout, history.versions, history.root) == ("sea-orm", ("m1_a", "m2_b"), crate / "src")
    assert history.faults == ()


def test_the_project_stands_for_its_crate(crate, tmp_path):
    assert places.existing(crate.parent, tmp_path) == crate
    assert places.existing(crate, tmp_path) == crate
    assert places.default_migrations(crate.parent) == crate


def test_a_crate_of_something_else_is_none(crate):
    (crate / "Cargo.toml").write_text('[dependencies]\nsea-orm = "2"\n')

    assert crates.of(crate) is None
    with pytest.raises(HistoryFault, match="no migration"):
        layouts.detect(crate)


@pytest.mark.parametrize(
    "dependency",
    [
        "sea-orm-migration = { workspace = true }",
        '[dependencies.sea-orm-migration]\nversion = "1.1"',
        'migrations = { package = "sea-orm-migration", version = "2" }',
    ],
)
def test_the_dependency_may_be_written_in_any_way(crate, dependency):
    (crate / "Cargo.toml").write_text(f"[dependencies]\n{dependency}\n")

    assert crates.is_crate(crate)


def test_a_down_that_is_not_written_is_none(crate):
    first, second = layouts.detect(crate).migrations

    assert first.down == first.up
    assert second.down is None
    assert is_down_empty(first.up, "m1_a")


def test_the_order_is_that_of_the_vec_and_a_doubtful_one_is_told(crate):
    (crate / "src" / "lib.rs").write_text(lib("m2_b::Migration", "m1_a::Migration"))
    history = layouts.detect(crate)

    assert history.versions == ("m2_b", "m1_a")
    assert history.faults == ("migrations() names m1_a behind m2_b",)


def test_what_the_vec_leaves_out_or_names_twice_is_told(crate):
    (crate / "src" / "lib.rs").write_text(lib("m1_a::Migration", "m1_a::Migration"))
    history = layouts.detect(crate)

    assert history.versions == ("m1_a",)
    assert history.faults == ("migrations() names m1_a twice", "migrations() does not name m2_b (m2_b.rs)")


def test_a_name_of_its_own_and_a_folder_are_versions(crate):
    named = 'impl MigrationName for Third { fn name(&self) -> &str { "m3_named" } }\n'
    (crate / "src" / "third.rs").write_text(named + migration(UP, struct="Third"))
    (crate / "src" / "m4_folder").mkdir()
    (crate / "src" / "m4_folder" / "mod.rs").write_text(migration(UP))
    (crate / "src" / "lib.rs").write_text(lib("m1_a::Migration", "third::Third", "m4_folder::Migration"))

    assert layouts.detect(crate).versions == ("m1_a", "m3_named", "m4_folder")


def test_the_content_is_the_file_without_its_down(crate):
    layout, path = layouts.by_name("sea-orm"), crate / "src" / "m1_a.rs"
    before, down = layout.content(path), layout.script(path, down=True).text
    path.write_text(migration(UP, DOWN.replace("Ok(())", "todo!()")))

    assert layout.content(path) == before
    assert layout.script(path, down=True).text != down
    path.write_text(migration(UP.replace("citext", "hstore"), DOWN))
    assert layout.content(path) != before


def test_what_only_the_down_uses_is_no_part_of_the_content(crate):
    layout, path = layouts.by_name("sea-orm"), crate / "src" / "m1_a.rs"
    undo = 'const UNDO: &str = "DELETE FROM tags WHERE id = 1";\n'
    path.write_text(undo + migration(UP, DOWN.replace("Ok(())", "m.execute_unprepared(UNDO).await")))
    content = layout.content(path)

    assert b"DELETE" not in content
    assert [s.text for s in layout.script(path, down=False).statements] == ["CREATE EXTENSION citext"]
    assert [s.text for s in layout.script(path, down=True).statements] == ["DELETE FROM tags WHERE id = 1"]


def test_code_may_write_anything_and_its_statements_are_known(crate):
    history = layouts.detect(crate)

    assert writing(history, "m1_a").is_open
    assert "citext" in needs.extensions(history)


def test_the_library_may_lie_elsewhere(crate):
    other = crate.parent / "old"
    other.mkdir()
    (other / "Cargo.toml").write_text(CARGO + '[lib]\npath = "../migration/src/lib.rs"\n')

    assert layouts.detect(other).versions == ("m1_a", "m2_b")


def test_another_layout_is_not_read_as_a_crate(crate):
    with pytest.raises((HistoryFault, UsageFault)):
        layouts.detect(crate, "named")

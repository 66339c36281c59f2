"""What is newer than a base, and what was released before it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkout import Checkout

from pgproof.errors import UsageFault
from pgproof.released.lockfile import text_of
from pgproof.released.scope import Scope, scope_of
from pgproof.settings import Settings
from pgproof.tool import layouts

ScopeOf = Callable[..., Scope]


def up(number: int, text: str = "") -> dict[str, str]:
    """Return a migration with its down."""
    return {
        f"migrations/{number:04}_m.up.sql": text or f"CREATE TABLE t{number} ();\n",
        f"migrations/{number:04}_m.down.sql": f"DROP TABLE t{number};\n",
    }


def scope(folder: Path, since: str | None = "main", *, groups: str | None = None, **given: Any) -> Scope:
    settings = Settings(migrations=folder, since=since, groups=groups, **given)
    return scope_of(settings, layouts.detect([folder, *settings.locations], settings.layout, groups))


@pytest.fixture
def work(checkout: Checkout) -> Checkout:
    """Return a repository on a branch of main, with three migrations on it."""
    checkout.commit(up(1) | up(2) | up(3))
    checkout.branch()
    return checkout


def test_without_a_base_all_is_newer(work: Checkout) -> None:
    found = scope(work.root / "migrations", None)
    assert (found.base, found.newer, found.name) == (0, ("1", "2", "3"), "")
    assert found.releases.migrations == ()


def test_a_version_is_a_base(work: Checkout) -> None:
    found = scope(work.root / "migrations", "2")
    assert (found.base, found.newer, found.name) == (2, ("3",), "2")


def test_the_last_version_leaves_nothing_to_judge(work: Checkout) -> None:
    found = scope(work.root / "migrations", "3")
    assert (found.base, found.newer) == (3, ())


def test_a_branch_is_a_base_and_what_is_not_committed_is_newer(work: Checkout) -> None:
    sha = work.commit(up(4))
    work.write(up(5))
    found = scope(work.root / "migrations")
    assert (found.base, found.newer) == (3, ("4", "5"))
    assert found.name.startswith("main (")
    assert sha[:7] not in found.name


def test_on_the_base_itself_nothing_is_newer(work: Checkout) -> None:
    found = scope(work.root / "migrations")
    assert (found.base, found.newer) == (3, ())
    assert [one.version for one in found.releases.migrations] == ["1", "2", "3"]
    assert found.releases.unchanged.count == 3


def test_what_slips_in_is_newer_and_late(work: Checkout) -> None:
    shutil.move(work.root / "migrations" / "0003_m.up.sql", work.root / "x")
    (work.root / "migrations" / "0003_m.down.sql").unlink()
    work.commit()
    work.git("checkout", "-q", "-B", "main")
    work.git("checkout", "-q", "-b", "again")
    work.commit(up(5))
    work.git("checkout", "-q", "-B", "main")
    work.git("checkout", "-q", "-b", "late")
    work.commit(up(3) | up(6))
    found = scope(work.root / "migrations")
    assert (found.base, found.newer) == (2, ("3", "6"))
    assert [(one.version, one.before) for one in found.releases.late] == [("3", "5")]


def test_what_main_has_got_since_makes_a_new_migration_late(work: Checkout) -> None:
    work.commit(up(4))
    work.git("checkout", "-q", "main")
    work.commit(up(5))
    work.git("checkout", "-q", "work")
    found = scope(work.root / "migrations")
    assert found.newer == ("4",)
    assert [(one.version, one.before) for one in found.releases.late] == [("4", "5")]


def test_one_version_on_both_branches_collides(work: Checkout) -> None:
    work.commit(up(4))
    work.git("checkout", "-q", "main")
    work.commit({"migrations/0004_other.up.sql": "SELECT 1;", "migrations/0004_other.down.sql": "SELECT 1;"})
    work.git("checkout", "-q", "work")
    releases = scope(work.root / "migrations").releases
    assert [one for one in releases.collisions if "0004_m.up.sql" in one and "0004_other.up.sql" in one]
    assert releases.late == ()


def test_doubts_that_the_base_has_already_are_known(checkout: Checkout) -> None:
    checkout.commit(up(1) | up(2) | {"migrations/0002_other.up.sql": "SELECT 1;"})
    checkout.branch()
    checkout.commit(up(3))
    releases = scope(checkout.root / "migrations").releases
    assert releases.known_faults
    assert releases.collisions == ()


def test_edits_are_seen_with_their_lines(work: Checkout) -> None:
    work.commit(up(2, "CREATE TABLE t2 (id int);\n"))
    found = scope(work.root / "migrations")
    assert found.newer == ()
    (edited,) = [one for one in found.releases.migrations if one.is_changed]
    assert (edited.version, edited.lines) == ("2", ("-CREATE TABLE t2 ();", "+CREATE TABLE t2 (id int);"))
    assert Path(edited.file).name == "0002_m.up.sql"


def test_line_ends_are_no_edit_and_a_down_is_a_note(work: Checkout) -> None:
    text = (work.root / "migrations" / "0002_m.up.sql").read_text().replace("\n", "\r\n")
    work.commit({"migrations/0002_m.up.sql": text, "migrations/0003_m.down.sql": "DROP TABLE IF EXISTS t3;"})
    differing = [one for one in scope(work.root / "migrations").releases.migrations if not one.is_as_released]
    assert [(one.version, one.is_changed, one.is_down_edited) for one in differing] == [("3", False, True)]


def test_a_new_version_for_an_old_content_is_a_renaming(work: Checkout) -> None:
    for side in ("up", "down"):
        work.git("mv", f"migrations/0003_m.{side}.sql", f"migrations/0007_m.{side}.sql")
    found = scope(work.root / "migrations")
    assert found.newer == ("7",)
    (gone,) = [one for one in found.releases.migrations if one.is_changed]
    assert (gone.version, gone.renamed_to, gone.on_disk) == ("3", "7", "")
    assert gone.file.endswith("migrations/0003_m.up.sql")


def test_a_renamed_directory_is_the_same_history(work: Checkout) -> None:
    work.git("mv", "migrations", "database")
    work.commit({name.replace("migrations", "database"): text for name, text in up(4).items()})
    found = scope(work.root / "database")
    assert (found.base, found.newer) == (3, ("4",))
    assert found.releases.unchanged.count == 3


def test_a_directory_that_is_new_is_all_newer(work: Checkout) -> None:
    work.commit({"db/0001_other.up.sql": "SELECT 1;", "db/0001_other.down.sql": "SELECT 1;"})
    found = scope(work.root / "db")
    assert (found.base, found.newer) == (0, ("1",))
    assert found.name.startswith("main (")
    assert found.releases.migrations == ()


def test_several_locations_are_one_history(work: Checkout) -> None:
    work.git("checkout", "-q", "main")
    work.commit({"more/0005_m.up.sql": "SELECT 1;", "more/0005_m.down.sql": "SELECT 1;"})
    work.branch("both")
    work.commit(up(6) | {"more/0005_m.up.sql": "SELECT 2;", "more/0004_n.up.sql": "", "more/0004_n.down.sql": ""})
    found = scope(work.root / "migrations", locations=(work.root / "more",))
    assert (found.base, found.newer) == (3, ("4", "6"))
    assert [one.version for one in found.releases.migrations if one.is_changed] == ["5"]


def test_a_location_in_another_repository_is_an_error(work: Checkout, tmp_path: Path) -> None:
    other = Checkout.new(tmp_path / "other")
    other.commit({"more/0005_m.up.sql": "SELECT 1;", "more/0005_m.down.sql": "SELECT 1;"})
    with pytest.raises(UsageFault, match="does not lie in the repository"):
        scope(work.root / "migrations", locations=(other.root / "more",))


def test_a_group_is_newer_with_its_first_new_part(checkout: Checkout) -> None:
    def part(name: str) -> dict[str, str]:
        return {f"migrations/{name}.up.sql": f"-- {name}", f"migrations/{name}.down.sql": "SELECT 1;"}

    checkout.commit(part("1.0_a") | part("1.0_b") | part("1.1_a") | part("1.1_b"))
    checkout.branch()
    checkout.commit(part("1.1_c") | part("1.2_a"))
    found = scope(checkout.root / "migrations", groups=r"^\d+\.\d+", layout="named")
    assert (found.base, found.newer) == (1, ("1.1", "1.2_a"))
    assert [one.version for one in found.releases.migrations] == ["1.0_a", "1.0_b", "1.1_a", "1.1_b"]


def test_a_repeatable_migration_is_newer_when_it_was_edited(checkout: Checkout) -> None:
    repeatable = {"migrations/R__v.sql": "SELECT 1;", "migrations/R__w.sql": ""}
    checkout.commit({"migrations/V1__a.sql": "SELECT 1;"} | repeatable)
    checkout.branch()
    checkout.commit({"migrations/R__v.sql": "SELECT 2;"})
    found = scope(checkout.root / "migrations")
    assert (found.base, found.newer) == (1, ("R__v",))
    assert [one.version for one in found.releases.migrations] == ["1"]


def test_a_lockfile_knows_what_was_released_without_git(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    Checkout(tmp_path).write(up(1) | up(2))
    before = scope(folder, None).releases
    assert before.migrations == ()
    lock = tmp_path / "pgproof.lock"
    lock.write_text(text_of({"1": "sha256:" + "0" * 64, "9": "sha256:" + "1" * 64}))
    found = scope(folder, None, lock=lock)
    assert (found.newer, found.releases.base) == (("1", "2"), "")
    assert [(one.version, one.is_changed) for one in found.releases.migrations] == [("1", True), ("9", True)]


def test_an_edit_that_the_lockfile_accepts_is_accepted(work: Checkout) -> None:
    lock = work.root / "pgproof.lock"

    def released() -> dict[str, str]:
        work.write({"pgproof.lock": text_of({})})
        known = scope(work.root / "migrations", lock=lock).releases.migrations
        return {one.version: one.on_disk for one in known if one.on_disk}

    work.commit({"pgproof.lock": text_of(released())})
    work.git("checkout", "-q", "-B", "main")
    work.branch("edit")
    work.commit(up(2, "SELECT 2;") | {"pgproof.lock": (work.root / "pgproof.lock").read_text()})
    (edited,) = [one for one in scope(work.root / "migrations", lock=lock).releases.migrations if one.is_changed]
    assert not edited.is_accepted
    work.commit({"pgproof.lock": text_of(released())})
    (edited,) = [one for one in scope(work.root / "migrations", lock=lock).releases.migrations if one.is_changed]
    assert edited.is_accepted


def test_a_broken_lockfile_of_the_base_is_no_obstacle(work: Checkout) -> None:
    work.git("checkout", "-q", "main")
    work.commit({"pgproof.lock": "<<<<<<< ours\n"})
    work.branch("mend")
    work.commit({"pgproof.lock": text_of({})})
    assert scope(work.root / "migrations", lock=work.root / "pgproof.lock").releases.unchanged.count == 3


def test_no_repository_is_an_error_that_knows_versions(tmp_path: Path) -> None:
    Checkout(tmp_path).write({"migrations/m0001_create.up.sql": "", "migrations/m0001_create.down.sql": ""})
    with pytest.raises(UsageFault, match=r"lies in no git repository\. Did you mean 'm0001_create'\?"):
        scope(tmp_path / "migrations", "m0001_creat")


def test_a_name_that_is_neither_is_an_error_that_knows_both(work: Checkout) -> None:
    with pytest.raises(UsageFault, match=r"'mian' is no version.*Did you mean 'main'\?"):
        scope(work.root / "migrations", "mian")


def test_a_link_out_of_the_working_directory_is_followed_to_its_repository(work: Checkout, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(work.root / "migrations")
    work.commit(up(4))
    found = scope(tmp_path / "link")
    assert (found.base, found.newer) == (3, ("4",))


def test_a_migration_behind_a_link_is_late_as_any_other(checkout: Checkout) -> None:
    def folder(name: str) -> dict[str, str]:
        return {f"{name}/up.sql": "SELECT 1;", f"{name}/down.sql": "SELECT 1;"}

    checkout.commit(folder("migrations/2024-01-01-000000_a") | folder("shared/b"))
    checkout.branch()
    (checkout.root / "migrations" / "2024-01-02-000000_b").symlink_to("../shared/b")
    checkout.commit()
    checkout.git("checkout", "-q", "main")
    checkout.commit(folder("migrations/2024-01-03-000000_c"))
    checkout.git("checkout", "-q", "work")
    found = scope(checkout.root / "migrations", layout="diesel")
    assert found.newer == ("20240102000000",)
    assert [(one.version, one.before) for one in found.releases.late] == [("20240102000000", "20240103000000")]


def test_a_base_of_another_layout_is_an_error_and_not_an_empty_history(checkout: Checkout) -> None:
    checkout.commit({"migrations/V1__a.sql": "SELECT 1;", "migrations/V2__b.sql": "SELECT 2;"})
    checkout.branch()
    for name in ("V1__a.sql", "V2__b.sql"):
        (checkout.root / "migrations" / name).unlink()
    checkout.commit(up(1) | up(2))
    with pytest.raises(UsageFault, match=r"cannot be read as golang-migrate") as caught:
        scope(checkout.root / "migrations")
    assert "Name a version" in caught.value.remedy

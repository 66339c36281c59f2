"""``pgproof init``: the migrations that it finds, and what it takes them for."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from init_projects import TODAY, files, git, here, migrations, repository, run, settings, written

__all__ = ["here", "run"]


def test_a_fresh_repository_is_judged_as_a_whole(here: Path, run):
    repository(here, day=TODAY)

    code, said = run()
    assert code == 0
    assert "Found 3 migrations of golang-migrate in migrations: 3 with a down." in said
    assert f"They are from {TODAY} to {TODAY}, as git tells; 0 older than a month." in said
    assert "Wrote pgproof.toml." in said
    assert "No CI job was written: --ci=github or --ci=gitlab writes one." in said
    assert "Add a line  reports/  to .gitignore" in said
    assert said.endswith("Next: pgproof verify\n")
    assert written(here) == {"migrations": "migrations"}
    assert files(here) == {"pgproof.toml"}


@pytest.mark.parametrize(("last", "is_old"), [(20, False), (21, True)])
def test_more_than_twenty_old_migrations_are_taken_as_they_are(here: Path, run, last: int, is_old):
    repository(here, last=last)
    migrations(here, first=last + 1, last=last + 1)

    code, said = run()
    assert code == 0
    assert f"{last} older than a month" in said
    assert ("adopt" in said) == is_old
    assert written(here) == {"migrations": "migrations"} | (
        {"profile": "adopt", "since": "main"} if is_old else {}
    )


@pytest.mark.parametrize(("days", "is_old"), [(30, False), (31, True)])
def test_a_month_has_thirty_days(here: Path, run, days: int, is_old):
    repository(here, last=21, day=TODAY - timedelta(days=days))

    run()
    assert ("since" in written(here)) == is_old


def test_the_base_branch_is_that_of_the_remote(here: Path, run):
    repository(here, last=21, branch="trunk")
    clone = here.parent / "clone"
    git(here.parent, "clone", "-q", str(here), str(clone))
    os.chdir(clone)

    run()
    assert written(clone)["since"] == "origin/trunk"


def test_without_a_base_branch_the_newest_version_is_the_base(here: Path, run):
    repository(here, last=21, branch="something")

    _, said = run()
    assert "newer than 21." in said
    assert written(here)["since"] == "21"
    assert settings().since == "21"


def test_without_git_the_names_tell_the_age(here: Path, run):
    for number in range(21):
        (here / "migrations").mkdir(exist_ok=True)
        (here / "migrations" / f"202601{number + 1:02}000000_t.sql").write_text("SELECT 1;")

    code, said = run()
    assert code == 0
    assert "They are from 2026-01-01 to 2026-01-21, as the names tell; 21 older than a month." in said
    assert written(here)["since"] == "20260121000000_t"
    assert ".gitignore" not in said


def test_names_without_a_day_tell_nothing(here: Path, run):
    migrations(here, last=30)

    _, said = run()
    assert "They are from" not in said
    assert written(here) == {"migrations": "migrations"}


def test_a_shallow_clone_does_not_make_an_old_history_young(here: Path, run):
    folder = here / "migrations"
    folder.mkdir()
    for number in range(21):
        (folder / f"202601{number + 1:02}000000_t.sql").write_text("SELECT 1;")
    git(here, "init", "-q", "-b", "main")
    for message in ("one", "two"):
        git(here, "add", "-A")
        git(here, "commit", "-q", "--allow-empty", "-m", message, day=TODAY)
    clone = here.parent / "clone"
    git(here.parent, "clone", "-q", "--depth=1", f"file://{here}", str(clone))
    os.chdir(clone)

    _, said = run()
    assert "as the names tell; 21 older than a month." in said


@pytest.mark.parametrize("kind", ["missing", "of another user"])
def test_a_git_that_cannot_be_asked_is_said_and_does_not_stop_it(here: Path, run, monkeypatch, kind: str):
    repository(here, last=21)
    bin_folder = here.parent / "bin"
    bin_folder.mkdir()
    if kind != "missing":
        (bin_folder / "git").write_text(
            "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '$PWD'\" >&2\nexit 128\n"
        )
        (bin_folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_folder))

    code, said = run()
    assert code == 0
    assert "git was not asked how old they are: " in said
    assert ("belongs to another user" in said) == (kind != "missing")
    assert written(here) == {"migrations": "migrations"}


def test_several_directories_have_to_be_told_apart(here: Path, run):
    migrations(here, "api/migrations")
    migrations(here, "billing/db/migrations", last=1)

    code, said = run()
    assert code == 4
    assert said.splitlines() == [
        "pgproof: There are migrations in several directories.",
        "Say which ones:",
        "  pgproof init api/migrations   (3 of golang-migrate)",
        "  pgproof init billing/db/migrations   (1 of golang-migrate)",
    ]
    assert "pgproof.toml" not in files(here)
    assert run("billing/db/migrations")[0] == 0
    assert written(here) == {"migrations": "billing/db/migrations"}


def test_those_of_tests_and_of_others_do_not_count_beside_real_ones(here: Path, run):
    migrations(here, "db/migrations")
    migrations(here, "tests/migrations")
    migrations(here, "node_modules/x/migrations")

    assert run()[0] == 0
    assert written(here) == {"migrations": "db/migrations"}


@pytest.mark.parametrize("words", [(), ("empty",), ("nowhere",)])
def test_where_there_is_nothing_nothing_is_written(here: Path, run, words: tuple[str, ...]):
    (here / "empty").mkdir()
    (here / "readme.sql").write_text("SELECT 1;")

    code, said = run(*words)
    assert code == 4
    assert len(said.splitlines()) == 2
    assert files(here) == {"readme.sql"}


def test_programs_of_other_tools_are_named(here: Path, run):
    (here / "db" / "migrate").mkdir(parents=True)
    (here / "db" / "migrate" / "20260101000000_create_users.rb").write_text("")

    code, said = run()
    assert code == 4
    assert "There are no migrations in SQL here, but 1 files of Rails in db/migrate." in said
    migrations(here)
    code, said = run()
    assert code == 0
    assert "Also there: 1 files of Rails in db/migrate, which pgproof cannot run." in said


def test_a_crate_of_seaorm_is_a_history(here: Path, run):
    crate = here / "migration"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text('[dependencies]\nsea-orm-migration = "2"\n')
    (crate / "src" / "m20260501_000000_a.rs").write_text("impl MigrationTrait for Migration { async fn up() {} }\n")
    code, said = run()

    assert code == 0, said
    assert "Found 1 migration of sea-orm in migration/src: 0 with a down." in said
    assert tomllib.loads((here / "pgproof.toml").read_text())["migrations"] == "migration"


def test_what_is_left_out_is_named(here: Path, run):
    folder = migrations(here)
    (folder / "README.md").write_text("")
    (folder / "000009_gone.down.sql").write_text("SELECT 1;")

    _, said = run()
    assert "No migrations, and left out: README.md." in said
    assert "Downs without an up: 000009_gone.down.sql." in said


def test_a_migration_that_cannot_be_read_is_named(here: Path, run):
    folder = migrations(here)
    (folder / "000002_t2.up.sql").write_bytes(b"SELECT '\xff';")

    code, said = run()
    assert code == 4
    assert "000002_t2.up.sql is not UTF-8" in said
    assert "--layout" not in said
    assert "pgproof.toml" not in files(here)


def test_files_that_several_layouts_claim_ask_for_one(here: Path, run):
    (here / "migrations").mkdir()
    (here / "migrations" / "1_a.up.sql").write_text("SELECT 1;")
    (here / "migrations" / "2_b").mkdir()
    (here / "migrations" / "2_b" / "up.sql").write_text("SELECT 1;")

    code, said = run()
    assert code == 4
    assert "speak equally for several layouts" in said
    assert "Then write pgproof init migrations --layout=NAME; nothing was written." in said
    assert "pgproof.toml" not in files(here)
    assert run("migrations", "--layout=diesel")[0] == 0
    assert written(here)["layout"] == "diesel"


def test_a_directory_that_may_not_be_read_is_named(here: Path, run, monkeypatch):
    """As root reads everything, the system's own answer is made."""
    (here / "secret").mkdir()
    scandir = os.scandir

    def refuse(path="."):
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    code, said = run()
    assert code == 4
    assert "as far as it may be read: not secret." in said
    migrations(here)
    code, said = run()
    assert code == 0
    assert "secret may not be read: what lies there was not looked at." in said


def test_ages_are_not_asked_where_git_has_no_commit(here: Path, run):
    migrations(here)
    git(here, "init", "-q")

    code, said = run()
    assert code == 0
    assert "git was not asked" not in said

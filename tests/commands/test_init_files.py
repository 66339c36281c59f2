"""``pgproof init``: what it writes into its settings, and what it leaves alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from init_projects import files, here, migrations, repository, run, settings, written

__all__ = ["here", "run"]


def test_nothing_is_written_over(here: Path, run):
    repository(here)
    (here / "pgproof.toml").write_text('migrations = "migrations"\nrows = 5\n')
    (here / ".github" / "workflows").mkdir(parents=True)
    (here / ".github" / "workflows" / "pgproof.yml").write_text("mine\n")

    code, said = run()
    assert code == 0
    assert "pgproof.toml is there already and was left alone. It would have been:\n    # Settings of pgproof" in said
    assert ".github/workflows/pgproof.yml is there already and was left alone." in said
    assert written(here) == {"migrations": "migrations", "rows": 5}
    assert (here / ".github" / "workflows" / "pgproof.yml").read_text() == "mine\n"


def test_a_second_time_everything_is_there_already(here: Path, run):
    repository(here, last=21)
    run("--ci=github")
    before = {name: (here / name).read_bytes() for name in files(here)}

    code, said = run("--ci=github")
    assert code == 0
    assert "pgproof.toml is there already.\n" in said
    assert ".github/workflows/pgproof.yml is there already.\n" in said
    assert {name: (here / name).read_bytes() for name in files(here)} == before


def test_a_link_to_nothing_is_something_that_is_there(here: Path, run):
    migrations(here)
    (here / "pgproof.toml").symlink_to(here.parent / "outside.toml")

    assert "pgproof.toml is there already and was left alone" in run()[1]
    assert not (here.parent / "outside.toml").exists()


def test_settings_in_pyproject_are_left_alone(here: Path, run):
    migrations(here)
    (here / "pyproject.toml").write_text('[tool.pgproof]\nmigrations = "migrations"\n')

    _, said = run()
    assert "pyproject.toml has settings of these migrations and was left alone." in said
    assert files(here) == {"pyproject.toml"}


def test_a_file_above_that_speaks_for_them_is_left_alone(here: Path, run):
    migrations(here, "api/migrations")
    (here / "pgproof.toml").write_text('migrations = "api/migrations"\n')
    os.chdir(here / "api")

    _, said = run("migrations")
    assert "../pgproof.toml has settings of these migrations and was left alone." in said
    assert not (here / "api" / "pgproof.toml").exists()


@pytest.mark.parametrize("name", ["Größe & Maß", "C:\\temp\\new", 'a "quoted" name', "it's", "a#b", "tab\there"])
def test_names_that_need_quotes_come_back(here: Path, run, name: str):
    migrations(here, f"{name}/migrations")

    assert run(f"{name}/migrations", "--ci=github")[0] == 0
    assert written(here) == {"migrations": f"{name}/migrations"}
    assert settings().migrations == here / name / "migrations"


def test_what_is_given_is_written_and_what_is_of_one_machine_is_not(here: Path, run):
    migrations(here, "sql")
    (here / "docs").mkdir()

    words = ("--rows=5", "--layout=golang-migrate", "--pg-bin=/usr", "--seeds=docs", "--require-exercised")
    assert run("sql", *words)[0] == 0
    assert written(here) == {
        "migrations": "sql", "layout": "golang-migrate", "rows": 5, "seeds": "docs", "require_exercised": True,
    }  # fmt: skip


def test_the_version_of_a_container_is_a_hint(here: Path, run):
    migrations(here)
    (here / "compose.yaml").write_bytes(b"services:\r\n  db:\r\n    image: postgres:16-alpine\r\n")

    run()
    assert "# pg_version = 16   # as in compose.yaml" in (here / "pgproof.toml").read_text()
    assert written(here) == {"migrations": "migrations"}


def test_a_place_that_cannot_be_written_is_one_message(here: Path, run):
    migrations(here)
    (here / ".github").write_text("a file")

    code, said = run("--ci=github")
    assert code == 4
    assert "cannot be written" in said

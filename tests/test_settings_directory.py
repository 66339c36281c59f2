"""Settings of a run whose migrations directory is named."""

from __future__ import annotations

import pytest
from settings_files import here, read

from pgproof.finding import Level
from pgproof.settings import Settings, load

__all__ = ["here"]


class TestADirectoryThatIsNamed:
    """Its own settings file counts, and no other history's rows, contract or history table."""

    THEIRS = """
        rows = 7
        pg_version = 15
        profile = "adopt"
        evidence = "kept"
        layout = "numbered"
        role = "owner"
        keep_rows = "rows"
        history = { table = "public.seaql_migrations", version = "version" }
        base = { schemas = ["app"] }
        [levels]
        rows-survive = "advice"
        [[waiver]]
        check = "rows-survive"
        subject = "m1"
        reason = "JIRA-1"
        """

    @pytest.fixture
    def other(self, here):
        """Return a second history; the file in the working directory is about the first."""
        (here / "seed").mkdir()
        (here / "contract.toml").touch()
        (here / "services" / "other").mkdir(parents=True)
        return here / "services" / "other"

    def test_a_file_about_another_history_gives_what_is_general(self, here, other):
        settings = read(here, 'migrations = "migrations"' + self.THEIRS, options={"migrations": str(other)})

        assert settings == Settings(
            migrations=other, rows=7, pg_version=15, profile="adopt", evidence=here / "kept",
            levels={"rows-survive": Level.ADVICE}, file=here / "pgproof.toml", sources=settings.sources,
            left_out=("base", "contract", "history", "keep_rows", "layout", "role", "seeds", "waivers"),
        )  # fmt: skip
        assert settings.sources.keys() == {"rows", "pg_version", "profile", "evidence", "levels", "migrations"}

    @pytest.mark.usefixtures("other")
    def test_the_same_file_gives_all_to_its_own(self, here):
        named = read(here, 'migrations = "migrations"' + self.THEIRS, options={"migrations": "./migrations"})

        assert (named.contract, named.seeds, named.left_out) == (here / "contract.toml", here / "seed", ())
        assert (named.role, named.layout, named.keep_rows) == ("owner", "numbered", here / "rows")
        assert named.history
        assert named.base
        assert len(named.waivers) == 1

    def test_what_is_given_for_the_run_counts(self, here, other):
        (other / "more").mkdir()
        options = {"migrations": str(other), "seeds": str(other / "more"), "role": "me"}
        settings = read(here, 'migrations = "migrations"' + self.THEIRS, options=options)

        assert (settings.seeds, settings.role) == (other / "more", "me")

    def test_what_lies_in_it_counts(self, here, other):
        (other / "contract.toml").touch()
        (other / "seed").mkdir()
        settings = read(here, 'migrations = "migrations"', options={"migrations": str(other)})

        assert (settings.contract, settings.seeds) == (other / "contract.toml", other / "seed")

    @pytest.mark.parametrize("place", [".", "..", "../.."])
    def test_a_file_in_it_or_above_comes_first(self, tmp_path, place):
        cwd, other = tmp_path / "cwd", tmp_path / "a" / "b" / "db"
        for folder in (cwd / "migrations", other):
            folder.mkdir(parents=True)
        (cwd / "pgproof.toml").write_text("rows = 1\n")
        (other / place / "pgproof.toml").write_text('rows = 2\nhistory = { table = "h", version = "v" }\n')
        settings = load({"migrations": str(other)}, cwd=cwd, environ={})

        assert settings.file.samefile(other / place / "pgproof.toml")
        assert (settings.rows, settings.left_out) == (2, ())
        assert settings.history
        assert load({}, cwd=cwd, environ={}).rows == 1
        assert load({}, cwd=cwd, environ={"PGPROOF_MIGRATIONS": str(other)}).rows == 2

    def test_a_name_with_dots_is_looked_at_from_where_it_leads(self, tmp_path):
        cwd, other = tmp_path / "cwd", tmp_path / "other"
        cwd.mkdir()
        other.mkdir()
        (cwd / "pgproof.toml").write_text("rows = 1\n")
        (tmp_path / "pgproof.toml").write_text("rows = 2\n")

        assert load({"migrations": "../other"}, cwd=cwd, environ={}).rows == 2
        (other / "pgproof.toml").write_text("rows = 3\n")
        (other / "contract.toml").touch()
        assert load({"migrations": "../other"}, cwd=cwd, environ={}).rows == 3

    def test_its_repository_is_the_end_of_the_search(self, tmp_path):
        cwd, other = tmp_path / "cwd", tmp_path / "a" / "b" / "db"
        for folder in (cwd, other):
            folder.mkdir(parents=True)
        (tmp_path / "a" / "pgproof.toml").write_text("rows = 2\n")
        (other.parent / ".git").touch()  # a file in a worktree, else a directory

        assert load({"migrations": str(other)}, cwd=cwd, environ={}).file is None
        (cwd / "pgproof.toml").write_text("rows = 1\n")
        assert load({"migrations": str(other)}, cwd=cwd, environ={}).rows == 1
        (other.parent / "pyproject.toml").write_text("[tool.pgproof]\nrows = 3\n")
        assert load({"migrations": str(other)}, cwd=cwd, environ={}).rows == 3

    def test_a_file_that_names_none_is_about_the_migrations_beside_it(self, here, other):
        assert read(here, "rows = 3", options={"migrations": str(other)}).left_out == ("contract", "seeds")
        (here / "migrations").rmdir()
        assert read(here, "rows = 3", options={"migrations": str(other)}).seeds == here / "seed"

    def test_a_file_above_the_working_directory_is_no_other(self, here, other):
        (other / "migrations").mkdir()
        (here / "pgproof.toml").write_text('history = { table = "h", version = "v" }\n')
        settings = load({}, cwd=other, environ={})

        assert (settings.migrations, settings.history) == (other / "migrations", None)
        (here / "migrations").rmdir()
        assert load({}, cwd=other, environ={}).history

"""``pgproof init``: what it says, what it writes, and that what it writes works."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from pgproof import cli
from pgproof.commands import init
from pgproof.settings import Settings, load

TODAY = date(2026, 6, 1)
OLD = TODAY - timedelta(days=90)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("PGPROOF_", "GIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    class Today(date):
        @classmethod
        def today(cls) -> date:
            return TODAY

    monkeypatch.setattr(init, "date", Today)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Return what runs ``pgproof init`` and gives its exit code and all that it says."""

    def said(*words: str) -> tuple[int, str]:
        code = cli.main(["init", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return said


def git(folder: Path, *words: str, day: date = OLD) -> str:
    stamp = f"{day.isoformat()}T12:00:00+0000"
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, text=True,
        env={**os.environ, **who, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp},
    ).stdout  # fmt: skip


def migrations(here: Path, folder: str = "migrations", *, first: int = 1, last: int = 3) -> Path:
    path = here / folder
    path.mkdir(parents=True, exist_ok=True)
    for number in range(first, last + 1):
        up = f"CREATE TABLE IF NOT EXISTS t{number} (id int PRIMARY KEY);\n"
        (path / f"{number:06}_t{number}.up.sql").write_text(up)
        (path / f"{number:06}_t{number}.down.sql").write_text(f"DROP TABLE t{number};\n")
    return path


def repository(here: Path, *, last: int = 3, day: date = OLD, branch: str = "main") -> None:
    migrations(here, last=last)
    git(here, "init", "-q", "-b", branch)
    git(here, "add", "-A")
    git(here, "commit", "-q", "-m", "all", day=day)


def written(here: Path) -> dict[str, object]:
    """Return what is in pgproof.toml, which the settings are able to read."""
    settings()
    return tomllib.loads((here / "pgproof.toml").read_text(encoding="utf-8"))


def settings() -> Settings:
    return load({}, cwd=Path.cwd(), environ={})


def files(here: Path) -> set[str]:
    found = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith((".git/", "migrations/"))}


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


@pytest.mark.parametrize(
    ("seen", "ci"),
    [
        ((".github/x",), "github"),
        ((".gitlab-ci.yml",), "gitlab"),
        ((".gitlab/x",), "gitlab"),
        ((), "none"),
    ],
)
def test_the_job_is_for_what_the_repository_uses(here: Path, run, seen: tuple[str, ...], ci: str):
    repository(here)
    for name in seen:
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text("stages: []\n")

    _, said = run()
    made = files(here) - {*seen, "pgproof.toml"}
    wanted = {"github": {".github/workflows/pgproof.yml"}, "gitlab": {".gitlab/pgproof.yml"}, "none": set()}
    assert made == (wanted[ci] if seen != (".gitlab/x",) else {".gitlab-ci.yml"})
    include = "Add it to .gitlab-ci.yml:  include: [{ local: .gitlab/pgproof.yml }]"
    assert (include in said) == (".gitlab-ci.yml" in seen)


@pytest.mark.parametrize(("url", "made"), [
    ("git@github.com:a/b.git", ".github/workflows/pgproof.yml"), ("https://gitlab.example.org/a/b", ".gitlab-ci.yml"),
])  # fmt: skip
def test_the_remote_says_who_runs_jobs(here: Path, run, url: str, made: str):
    repository(here)
    git(here, "remote", "add", "origin", url)

    run()
    assert files(here) == {"pgproof.toml", made}


def test_a_job_fetches_what_tells_older_migrations_from_newer(here: Path, run):
    repository(here, last=21)
    git(here, "update-ref", "refs/remotes/origin/main", "HEAD")

    run("--ci=github")
    run("--ci=gitlab")
    github, gitlab = (here / ".github/workflows/pgproof.yml").read_text(), (here / ".gitlab-ci.yml").read_text()
    assert "          fetch-depth: 0 # the history tells what is newer than main\n" in github
    assert "push:" not in github
    assert '    GIT_DEPTH: "0" # the history tells what is newer than main\n' in gitlab
    assert '    - "git fetch origin +refs/heads/main:refs/remotes/origin/main"\n' in gitlab
    assert "$CI_DEFAULT_BRANCH" not in gitlab


def test_a_job_of_a_part_of_a_repository_works_there(here: Path, run):
    migrations(here, "my api/migrations")
    git(here, "init", "-q")
    os.chdir(here / "my api")

    run("--ci=github")
    run("--ci=gitlab")
    assert '        working-directory: "my api"\n' in (here / ".github/workflows/pgproof.yml").read_text()
    assert '          path: "my api/reports"\n' in (here / ".github/workflows/pgproof.yml").read_text()
    assert '    - "cd \\"my api\\""\n' in (here / ".gitlab-ci.yml").read_text()


def test_a_job_that_nobody_has_is_an_error(here: Path, run):
    migrations(here)

    code, said = run("--ci=gihub")
    assert code == 4
    assert "--ci: there is no 'gihub'. Did you mean 'github'?" in said
    assert files(here) == set()


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


def test_a_place_that_cannot_be_written_is_one_message(here: Path, run):
    migrations(here)
    (here / ".github").write_text("a file")

    code, said = run("--ci=github")
    assert code == 4
    assert "cannot be written" in said


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(f"/usr/lib/postgresql/{os.environ.get('PGPROOF_TEST_PG', '15')}/bin")
    if folder.is_dir():
        monkeypatch.setenv("PGPROOF_PG_BIN", str(folder))


def test_the_contract_is_written_as_well(here: Path, run, server):
    migrations(here)

    code, said = run("--contract")
    assert code == 0
    assert "Wrote migrations/contract.toml: 1 schema, 3 tables." in said
    assert settings().contract == here / "migrations" / "contract.toml"


def test_a_history_without_a_contract_says_what_was_written_all_the_same(here: Path, run, server):
    (migrations(here) / "000003_t3.up.sql").write_text("SELECT 1/0;")

    code, said = run("--contract", "--ci=github")
    assert code == 4
    assert "Wrote pgproof.toml.\nWrote .github/workflows/pgproof.yml.\n" in said
    assert "No contract was written. 3 does not apply to an empty database" in said


@pytest.mark.parametrize("last", [3, 21])
def test_what_it_writes_works(here: Path, run, server, last: int):
    """The next command that it names runs in that repository, and judges what the settings say."""
    repository(here, last=last)
    run("--ci=github")
    migrations(here, first=last + 1, last=last + 1)
    (here / "migrations" / f"{last + 2:06}_bad.up.sql").write_text(f"DROP TABLE t{last};")
    (here / "migrations" / f"{last + 2:06}_bad.down.sql").write_text("SELECT 1;")

    done = verify(here)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"--subject={last + 2}" in done.stdout
    for path in (here / "migrations").glob("*_bad.*"):
        path.unlink()
    done = verify(here)
    assert done.returncode == 0, done.stdout + done.stderr


def verify(here: Path) -> subprocess.CompletedProcess[str]:
    command = "import sys; from pgproof.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-P", "-c", command, "verify", "-q"], cwd=here, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, timeout=120,
    )  # fmt: skip


def test_ages_are_not_asked_where_git_has_no_commit(here: Path, run):
    migrations(here)
    git(here, "init", "-q")

    code, said = run()
    assert code == 0
    assert "git was not asked" not in said

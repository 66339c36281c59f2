"""``pgproof init``: its CI jobs and its contract, and that what it writes works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import chosen_server
import pytest
from init_projects import files, git, here, migrations, repository, run, settings

__all__ = ["here", "run"]


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


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in chosen_server.environ().items():
        monkeypatch.setenv(name, value)


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

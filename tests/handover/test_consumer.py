"""A project's own tests on migrated databases, run as that project would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import chosen_server
import psycopg
import pytest

from pgproof.server import Server

CONSUMER = Path(__file__).parent / "consumer"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONSUMER, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__")))


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir=.", "-c", os.devnull,
         *words],
        cwd=project, env=chosen_server.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("more", [[], ["-n", "2"]])
def test_each_test_of_a_project_gets_a_migrated_database(project, more):
    done = run(project, "test_app.py", *more)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
    assert "pgproof:" not in done.stdout  # it is their run, not one of pgproof's


def test_migrations_are_loaded_into_a_server_of_pytest_postgresql(project, server: Server):
    info = server.maintenance().info

    done = run(project, "test_external.py", f"--postgresql-host={info.host}", f"--postgresql-port={info.port}",
               "--postgresql-user=postgres")

    assert done.returncode == 0, done.stdout + done.stderr


def test_migrations_that_do_not_apply_are_one_message(project):
    (project / "db" / "m3_bad.up.sql").write_text("ALTER TABLE nowhere ADD COLUMN c int;")

    done = run(project, "test_app.py", "-k", "recorded")

    assert done.returncode == 1
    assert 'relation "nowhere" does not exist (42P01, db/m3_bad.up.sql:1)' in done.stdout
    assert "Traceback" not in done.stdout


def test_nothing_is_left_on_a_server_of_others(project, server: Server):
    info = server.maintenance().info
    before = databases(server)

    done = run(project, "test_app.py", f"--postgresql-host={info.host}", f"--postgresql-port={info.port}",
               "--postgresql-user=postgres")

    assert done.returncode == 0, done.stdout + done.stderr
    assert databases(server) == before


def databases(server: Server) -> set[str]:
    session: psycopg.Connection = server.maintenance()
    return {name for (name,) in session.execute("SELECT datname FROM pg_database")}

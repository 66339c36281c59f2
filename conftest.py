"""Fixtures of pgproof's own tests: one embedded server, an empty database a test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pytest_postgresql.executors import NoopExecutor
from pytest_postgresql.janitor import DatabaseJanitor

from pgproof.server import Server, choose
from pgproof.server import database as databases

pytest_plugins = ("pytester",)

INSTALLED = Path("/usr/lib/postgresql")
TIMEZONE = "Asia/Tokyo"

# What a machine has in the way of containers is for the tests about them alone (tests/server/containers.py).
os.environ.setdefault("PGPROOF_TEST_ENGINE", os.environ.get("DOCKER_HOST", ""))
os.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"


def _installed(major: int) -> Path | None:
    folder = INSTALLED / str(major) / "bin"
    return folder if (folder / "initdb").exists() else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Yield an embedded server; PGPROOF_TEST_PG chooses its version, else an installed 15, else the first at hand."""
    asked = os.environ.get("PGPROOF_TEST_PG")
    folder = _installed(int(asked or 15))
    running = choose.start(
        server="embedded",
        pg_version=int(asked) if asked else None,
        pg_bin=folder,
        scratch=None,
        extensions=frozenset(),
        timezone=TIMEZONE,
    )
    yield running
    running.close()


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """Yield the URL of an empty database, as the superuser; dropped afterwards."""
    name = f"pgproof_test_{secrets.token_hex(4)}"
    yield databases.create(server, name)
    databases.drop(server, name)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    """Yield a session on ``database``, in autocommit."""
    with databases.connect(database) as session:
        yield session


@pytest.fixture(scope="session")
def postgresql_proc(server: Server) -> Iterator[NoopExecutor]:
    """Yield our server to the fixtures of pytest-postgresql: ``postgresql`` is a plain psycopg session on it."""
    info = server.maintenance().info
    executor = NoopExecutor(host=info.host, port=info.port, user=info.user, options="", dbname="plain")
    with DatabaseJanitor(
        user=executor.user,
        host=executor.host,
        port=executor.port,
        dbname=executor.template_dbname,
        as_template=True,
        password=None,
    ):
        yield executor

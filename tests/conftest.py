"""Fixtures of pgproof's own tests: one embedded server, an empty database a test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from typing import Any

import chosen_server
import psycopg
import pytest
from pytest_postgresql.executors import NoopExecutor
from pytest_postgresql.janitor import DatabaseJanitor

from pgproof.server import Server, choose
from pgproof.server import database as databases

TIMEZONE = "Asia/Tokyo"

# What a machine has in the way of containers is for the tests about them alone (tests/server/containers.py).
os.environ.setdefault("PGPROOF_TEST_ENGINE", os.environ.get("DOCKER_HOST", ""))
os.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Yield an embedded server of the version that PGPROOF_TEST_PG chooses."""
    running = choose.start(
        server="embedded",
        pg_version=chosen_server.asked(),
        pg_bin=chosen_server.folder(),
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

"""A database that holds one of each thing."""

from pathlib import Path

import psycopg
import pytest


@pytest.fixture
def rich_sql() -> bytes:
    """Return statements that make one of each thing."""
    return Path(__file__).with_name("rich.sql").read_bytes()


@pytest.fixture
def rich(connection: psycopg.Connection, rich_sql: bytes) -> psycopg.Connection:
    """Return a connection to a database made by rich.sql."""
    connection.execute(rich_sql)
    return connection

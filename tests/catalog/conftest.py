"""A database that holds one of each thing."""

from pathlib import Path

import psycopg
import pytest

RICH = Path(__file__).with_name("rich.sql").read_text("utf-8")


@pytest.fixture
def rich(connection: psycopg.Connection) -> psycopg.Connection:
    """Return a connection to a database made by rich.sql."""
    connection.execute(RICH.encode())
    return connection

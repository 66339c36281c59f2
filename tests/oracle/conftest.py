"""psql and pg_dump on the test server."""

from __future__ import annotations

import pytest

from pgproof.server import Server

from .programs import Programs, programs


@pytest.fixture(scope="session", name="programs")
def programs_on_the_server(server: Server) -> Programs:
    return programs(server.url("postgres"))

"""The crate of examples/sea-orm holds with both majors of SeaORM, and ends in the schema of migrations/."""

from __future__ import annotations

import os
import secrets

import chosen_server
import pytest

from pgproof.catalog.read import read
from pgproof.errors import ServerFault
from pgproof.server import Server, choose
from pgproof.server import database as databases
from pgproof.tool import cargo, layouts
from pgproof.tool.sea_orm import Program, command
from pgproof.tool.sql import SqlTool

from .crate import CRATES, EXAMPLE, REAL, ROOT, cache, verify

pytestmark = REAL
MAJORS = [int(one) for one in os.environ.get("PGPROOF_TEST_SEA_ORM", "1,2").split(",")]
SERVERS = [int(one) for one in os.environ.get("PGPROOF_TEST_SEA_ORM_PG", "15,18").split(",")]
HISTORY = frozenset({"public.seaql_migrations", "public.pgproof_history"})


@pytest.fixture(params=SERVERS)
def options(request) -> list[str]:
    found = chosen_server.options(request.param)
    if len(found) == 1:
        try:
            choose.start(
                server="embedded", pg_version=request.param, pg_bin=None, scratch=None, extensions=frozenset(),
                timezone="UTC",
            ).close()  # fmt: skip
        except ServerFault as fault:
            pytest.skip(fault.message)
    return found


@pytest.mark.parametrize("major", MAJORS)
def test_the_example_is_sound(major, options, tmp_path):
    result = verify(EXAMPLE if major == 2 else CRATES[1], tmp_path / "junit.xml", *options)

    assert result.code == 0, result.said
    assert set(result.outcomes.values()) == {"pass", "not applicable"}
    assert len({subject for check, subject in result.outcomes if check == "double-apply-succeeds"}) == 13


def test_on_a_server_that_a_url_names_the_statements_are_those_of_the_source(server: Server, tmp_path):
    """Nobody reads its log."""
    crate = EXAMPLE if MAJORS[-1] == 2 else CRATES[1]
    result = verify(crate, tmp_path / "junit.xml", f"--server={server.url('postgres')}")

    assert result.code == 0, result.said
    assert set(result.outcomes.values()) == {"pass", "not applicable"}
    assert databases.marked(server) == ()


@pytest.mark.parametrize("major", MAJORS)
def test_the_crate_ends_in_the_schema_of_migrations(major, server: Server, monkeypatch):
    monkeypatch.setenv("CARGO_TARGET_DIR", str(cache() / "sea-orm"))
    program = Program(words=(str(cargo.build(CRATES[major])),))
    names = [f"pgproof_test_{secrets.token_hex(4)}" for _ in range(2)]
    try:
        ours, theirs = (databases.create(server, name) for name in names)
        SqlTool(layouts.detect(ROOT / "migrations")).up_all(ours)
        ended = command(program, theirs, "up")
        assert ended.code == 0, ended.output
        catalogs = []
        for url in (ours, theirs):
            with databases.connect(url) as session:
                catalogs.append(read(session, exclude=HISTORY).catalog)
    finally:
        for name in names:
            databases.drop(server, name)

    assert catalogs[0] == catalogs[1]


def test_both_crates_have_the_versions_of_migrations():
    versions = layouts.detect(ROOT / "migrations").versions

    assert layouts.detect(CRATES[2]).versions == versions
    assert layouts.detect(CRATES[1]).versions == versions

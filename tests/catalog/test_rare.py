"""The rarer kinds: what is left out of them, who may read them, and what an empty one costs."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.diff import diff
from pgproof.catalog.read import read
from pgproof.server import Server
from pgproof.server import database as databases

TOLD_TO_NOBODY = "sesame"


@pytest.fixture
def subscribed(connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Yield a connection to a database with a subscription, without which it cannot be dropped."""
    connection.execute(
        f"CREATE SUBSCRIPTION news CONNECTION 'host=nowhere password={TOLD_TO_NOBODY}' PUBLICATION a, b"
        " WITH (connect = false, enabled = false, slot_name = NONE)"
    )
    yield connection
    connection.execute("DROP SUBSCRIPTION IF EXISTS news")


def test_subscription_is_read_without_how_it_connects(subscribed: psycopg.Connection, database: str):
    before = read(subscribed)
    (one,) = before.catalog.subscriptions
    assert (one.identity, one.definition) == ("news", ("PUBLICATION a, b", "DISABLED", "SLOT_NAME = NONE"))
    for statement in (
        "ALTER SUBSCRIPTION news SET (binary = true)",
        "ALTER SUBSCRIPTION news RENAME TO olds",
        "COMMENT ON SUBSCRIPTION news IS 'x'",
    ):
        with databases.connect(database) as fresh:  # its counts of what was written begin at nothing
            fresh.execute("BEGIN")
            fresh.execute(statement)
            after = read(fresh, since=before, is_within=True)
            assert after.catalog == read(fresh).catalog != before.catalog
            fresh.execute("ROLLBACK")
            assert read(fresh, since=after).catalog == before.catalog
    subscribed.execute("DROP SUBSCRIPTION news")
    assert read(subscribed, since=before).catalog.subscriptions == ()


def test_no_secret_is_read(rich: psycopg.Connection, subscribed: psycopg.Connection):
    for connection in (rich, subscribed):
        catalog = read(connection).catalog
        assert TOLD_TO_NOBODY not in str([getattr(catalog, name) for name in FIELDS.values()])


def test_an_empty_database_has_none_of_them(connection: psycopg.Connection):
    catalog = read(connection).catalog
    assert [name for name in FIELDS.values() if getattr(catalog, name)] == ["schemas", "databases"]
    (database,) = catalog.databases
    assert (database.identity, database.definition, database.comment) == ("database", (), "")


def test_a_range_type_brings_no_cast_of_its_own(connection: psycopg.Connection):
    connection.execute("CREATE TYPE span AS RANGE (subtype = integer)")
    assert read(connection).catalog.casts == ()


@pytest.fixture
def ordinary(server: Server, rich: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Yield a connection to that database by a role without any right of its own."""
    name = sql.Identifier("pgproof_test_ordinary")
    rich.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
    database = sql.Identifier(rich.info.dbname)
    rich.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name))
    with psycopg.connect(server.url(rich.info.dbname), user="pgproof_test_ordinary", autocommit=True) as connection:
        yield connection
    rich.execute(sql.SQL("DROP OWNED BY {}").format(name))
    rich.execute(sql.SQL("DROP ROLE {}").format(name))


def test_a_role_without_rights_reads_the_same_but_for_secrets(rich: psycopg.Connection, ordinary: psycopg.Connection):
    changes = diff(read(rich).catalog, read(ordinary).catalog)
    assert {change.kind for change in changes} <= {"user mapping"}


def test_publication_says_which_rows_and_columns(rich: psycopg.Connection):
    if rich.info.server_version < 150_000:
        pytest.skip("row filters came with PostgreSQL 15")
    rich.execute("ALTER PUBLICATION news SET TABLE public.people (id, name) WHERE (id > 3)")
    rich.execute("CREATE PUBLICATION whole FOR TABLES IN SCHEMA plain, TABLE plain.master")
    found = {publication.identity: publication.definition for publication in read(rich).catalog.publications}
    assert found["news"][-1] == "TABLE public.people (id, name) WHERE ((id > 3))"
    assert found["whole"][-2:] == ("TABLE plain.master", "TABLES IN SCHEMA plain")


def test_chosen_names_of_statistics_carry_no_meaning(connection: psycopg.Connection):
    connection.execute("CREATE TABLE t (a integer, b integer)")
    connection.execute("CREATE STATISTICS t_b_a_stat ON b, a FROM t")
    one: Catalog = read(connection).catalog
    connection.execute("ALTER STATISTICS t_b_a_stat RENAME TO t_b_a_stat1")
    assert diff(one, read(connection).catalog) == ()
    connection.execute("ALTER STATISTICS t_b_a_stat1 RENAME TO mine")
    assert diff(one, read(connection).catalog) != ()


def test_a_clone_has_the_settings_of_its_original(server: Server, rich: psycopg.Connection):
    original = read(rich)
    name = rich.info.dbname
    rich.close()
    url = databases.clone(server, name, f"{name}_clone")
    try:
        with databases.connect(url) as clone:
            assert read(clone).catalog.databases == original.catalog.databases
    finally:
        databases.drop(server, f"{name}_clone")

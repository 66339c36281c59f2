"""Which columns refer to a table by their name, in schemas as a server has them."""

from __future__ import annotations

import psycopg
import pytest

from checks import test_foreign_keys
from pgproof import Finding, Looked
from pgproof.catalog.read import read
from pgproof.catalog.references import references

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, user_id text UNIQUE)"


def judge(connection: psycopg.Connection, *statements: str) -> dict[str, str]:
    """Return the references of a schema: "held", or what to do."""
    for statement in statements:
        connection.execute(statement)
    results = {}
    for reference in references(read(connection).catalog):
        looked = Looked()
        try:
            test_foreign_keys.test_reference_has_foreign_key(reference, looked)
            assert looked.count
            results[reference.identity] = "held"
        except Finding as found:
            results[reference.identity] = found.do
    return results


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("users", "user_id"),
        ("users", "users_id"),
        ('"user"', "user_id"),
        ('"User"', '"USER_ID"'),
        ("categories", "category_id"),
        ("days", "day_id"),
        ("boxes", "box_id"),
        ("people", "person_id"),
        ('"Order Items"', '"Order Item_id"'),
    ],
)
def test_a_column_that_is_named_after_a_table_is_a_reference(connection, table, column):
    found = judge(connection, f"CREATE TABLE {table} (id bigint PRIMARY KEY)", f"CREATE TABLE t ({column} bigint)")

    assert [f"public.t.{column}"] == list(found)
    assert f"FOREIGN KEY ({column}) REFERENCES public.{table} (id) NOT VALID;" in found[f"public.t.{column}"]


@pytest.mark.parametrize(
    "other",
    [
        "CREATE TABLE t (user_id int)",  # another type
        "CREATE TABLE t (user_id varchar(20))",
        "CREATE TABLE t (userid bigint, user_no bigint, users bigint, _id bigint)",
        "CREATE TABLE t (superuser_id bigint, parent_id bigint)",
        "CREATE TABLE t (user_id bigint, user_type text)",  # one of several tables
        "CREATE TABLE t (user_id bigint GENERATED ALWAYS AS IDENTITY)",  # makes its own keys
        "CREATE TABLE t (user_id bigserial)",
        "CREATE VIEW t AS SELECT id AS user_id FROM users",
        "CREATE MATERIALIZED VIEW t AS SELECT id AS user_id FROM users",
        'CREATE TABLE "user" (id bigint PRIMARY KEY); CREATE TABLE t (user_id bigint)',  # which of the two?
        "CREATE SCHEMA b; CREATE TABLE b.users (id bigint PRIMARY KEY); CREATE TABLE t (user_id bigint)",
        "CREATE TABLE old_users () INHERITS (users); CREATE TABLE t (user_id bigint)",  # a key sees no children
        "ALTER TABLE users ADD users_id bigint",  # its own
    ],
)
def test_what_may_mean_something_else_is_none(connection, other):
    assert judge(connection, USERS, *other.split("; ")) == {}


@pytest.mark.parametrize(
    "users",
    [
        "CREATE TABLE users (tenant bigint, id bigint, PRIMARY KEY (tenant, id))",
        "CREATE TABLE users (id bigint UNIQUE DEFERRABLE)",
        "CREATE TABLE users (id bigint); CREATE UNIQUE INDEX ON users (id) WHERE id > 0",
        "CREATE TABLE users (id bigint); CREATE INDEX ON users (id)",
        "CREATE TABLE users (no bigint UNIQUE)",  # a key, and none that the name means
        "CREATE VIEW users AS SELECT 1::bigint AS id",
        "CREATE UNLOGGED TABLE users (id bigint PRIMARY KEY)",  # a table that outlives a crash may not refer to it
    ],
)
def test_a_table_without_a_key_that_can_be_meant_is_none(connection, users):
    assert judge(connection, *users.split("; "), "CREATE TABLE t (user_id bigint)") == {}


@pytest.mark.parametrize(
    ("users", "key"),
    [
        ("CREATE TABLE users (no bigint PRIMARY KEY, id text)", "no"),
        ("CREATE TABLE users (no text PRIMARY KEY, id bigint UNIQUE)", "id"),
        ("CREATE TABLE users (no text PRIMARY KEY, user_id bigint UNIQUE)", "user_id"),
        ("CREATE UNLOGGED TABLE users (id bigint PRIMARY KEY); ALTER TABLE users SET LOGGED", "id"),
    ],
)
def test_the_key_is_the_primary_one_or_what_the_name_says(connection, users, key):
    found = judge(connection, *users.split("; "), "CREATE TABLE t (user_id bigint)")

    assert f"REFERENCES public.users ({key})" in found["public.t.user_id"]


@pytest.mark.parametrize(
    "statements",
    [
        "CREATE TABLE t (user_id bigint REFERENCES users)",
        "CREATE TABLE t (user_id bigint PRIMARY KEY REFERENCES users)",
        "CREATE TABLE t (user_id bigint); ALTER TABLE t ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID",
        """
        ALTER TABLE users ADD tenant int, ADD UNIQUE (tenant, id);
        CREATE TABLE t (tenant int, user_id bigint, FOREIGN KEY (tenant, user_id) REFERENCES users (tenant, id))
        """,
        """
        CREATE TABLE t (a int, user_id bigint REFERENCES users) PARTITION BY LIST (a);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)
        """,
        """
        CREATE TABLE t (a int, user_id bigint) PARTITION BY LIST (a);
        CREATE TABLE t1 PARTITION OF t (user_id REFERENCES users) FOR VALUES IN (1)
        """,
    ],
)
def test_a_reference_that_is_part_of_a_foreign_key_is_held(connection, statements):
    assert judge(connection, USERS, statements) == {"public.t.user_id": "held"}


def test_a_partition_without_a_key_leaves_rows_unheld(connection):
    found = judge(
        connection, USERS, "CREATE TABLE t (a int, user_id bigint) PARTITION BY LIST (a)",
        "CREATE TABLE t1 PARTITION OF t (user_id REFERENCES users) FOR VALUES IN (1)",
        "CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2)",
    )  # fmt: skip

    assert list(found) == ["public.t.user_id"]
    assert found["public.t.user_id"] != "held"


@pytest.mark.parametrize("partitioned", ["", " PARTITION BY HASH (user_id)"])
def test_what_it_tells_to_do_can_be_done(connection, partitioned):
    do = judge(connection, USERS, f'CREATE TABLE "T" (user_id bigint){partitioned}')['public."T".user_id']

    connection.execute(" ".join(line for line in do.splitlines() if not line.startswith("(")))

    assert judge(connection) == {'public."T".user_id': "held"}


def test_a_schema_without_such_names_has_none(connection):
    assert judge(connection, "CREATE TABLE t (id bigint PRIMARY KEY, name text)") == {}

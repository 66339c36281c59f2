"""Tests of the application: each has a database of its own, as the migrations make it."""

import psycopg
import pytest


@pytest.mark.parametrize("name", ["one", "two"])
def test_each_test_has_a_fresh_copy(postgresql, name):
    postgresql.execute("INSERT INTO owners (name) VALUES (%s)", [name])
    held = postgresql.execute("SELECT name FROM owners ORDER BY id").fetchall()
    assert held == [("first",), (name,)]


def test_the_history_is_recorded(postgresql):
    recorded = postgresql.execute("SELECT version FROM pgproof_history ORDER BY ord").fetchall()
    assert recorded == [("m1_owners",), ("m2_pets",)]


def test_constraints_are_those_of_the_migrations(postgresql):
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        postgresql.execute("INSERT INTO pets (owner_id, name) VALUES (99, 'x')")


def test_two_databases_at_once(postgresql, again):
    postgresql.execute("INSERT INTO owners (name) VALUES ('only here')")
    assert again.execute("SELECT count(*) FROM owners").fetchone() == (1,)

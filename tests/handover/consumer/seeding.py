"""What pytest-postgresql's load takes: a callable with the connection's parts."""

import psycopg


def add_an_owner(**connection):
    connection.pop("autocommit", None)
    with psycopg.connect(**connection) as session:
        session.execute("INSERT INTO owners (name) VALUES ('first')")

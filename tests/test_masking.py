from __future__ import annotations

import pytest

from pgproof.masking import masked


@pytest.mark.parametrize(
    "text",
    [
        "ALTER ROLE app PASSWORD 'geheim'",
        "ALTER ROLE app WITH ENCRYPTED PASSWORD\n  'geheim' VALID UNTIL 'infinity'",
        "CREATE ROLE app LOGIN PASSWORD 'it''s geheim'",
        r"CREATE ROLE app LOGIN PASSWORD E'a\'geheim'",
        "CREATE ROLE app PASSWORD $$geheim$$",
        "CREATE ROLE app PASSWORD $x$a $ geheim$x$",
        "CREATE ROLE app password'geheim'",
        "create user app with password 'cut off geheim",
        "DO $$ BEGIN EXECUTE 'CREATE ROLE app PASSWORD ''geheim'''; END $$",
        "EXECUTE 'ALTER ROLE app PASSWORD ' || quote_literal('geheim')",
        "EXECUTE format('ALTER ROLE %I PASSWORD %L', 'app', 'geheim')",
        "EXECUTE format('ALTER ROLE %1$I PASSWORD %2$L', 'app', 'geheim')",
        "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'u', password 'geheim')",
        "UPDATE users SET password = 'geheim' WHERE id = 1",
        "connection to postgresql://app:geheim@host/db failed",
        "postgres://app:p@ss:geheim@[::1]:5432/db",
        "postgresql+asyncpg://app:geheim@host/db",
        "postgresql://host/db?user=app&password=geheim&sslmode=require",
        "host=h user=app password=geheim dbname=d",
        "host=h password='with blank geheim' dbname=d",
        "sslpassword=geheim",
    ],
)
def test_no_password_is_left(text: str) -> None:
    assert "geheim" in text
    assert "geheim" not in masked(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "ALTER ROLE app VALID UNTIL 'infinity'",
        "CREATE TABLE users (id int, password text NOT NULL, note text DEFAULT 'x')",
        "postgresql://app@host:5432/db?application_name=pgproof",
        "SELECT 'a' AS password, 'b'",
        'FATAL: password authentication failed for user "app"',
        "see https://example.org/a:b",
        "ALTER ROLE app PASSWORD NULL",
    ],
)
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


def test_what_stands_around_a_password_stays() -> None:
    assert masked("A PASSWORD 'x'; B 'y'; C PASSWORD 'z'") == "A PASSWORD '***'; B 'y'; C PASSWORD '***'"
    assert (
        masked("postgresql://u:p@h/d and postgresql://u:q@h/d") == "postgresql://u:***@h/d and postgresql://u:***@h/d"
    )

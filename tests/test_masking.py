"""No password leaves, and nothing else is lost."""

from __future__ import annotations

import pytest

from pgproof.masking import masked, masked_address


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:hunter2@h/d",
        "postgresql://u:hun@hunter2@h:5432/d?sslmode=require",
        "host=h password=hunter2 dbname=d",
        "postgres://h/d?user=u&password=hunter2&x=1",
        "CREATE ROLE u PASSWORD 'hunter2'",
        "create role u encrypted password e'hunt\\'er2 hunter2'",
        "CREATE ROLE u PASSWORD 'a''hunter2' LOGIN",
        "CREATE ROLE u PASSWORD $x$hunter2$x$",
        "CREATE ROLE u PASSWORD 'cut hunter2",
        "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password 'hunter2')",
        "EXECUTE 'CREATE ROLE u PASSWORD ''hunter2'''",
    ],
)
def test_a_password_is_masked(text):
    shown = masked(text)

    assert "hunter2" not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u@h:5432/d",
        'relation "Passwords" does not exist',
        "ALTER TABLE users ADD COLUMN password text NOT NULL",
        "m1.up.sql:3: syntax error at or near 'password'",
        "mail a@b.example: 12:30",
    ],
)
def test_other_text_is_left_alone(text):
    assert masked(text) == text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ci:hunter2@db:5432/app", "postgresql://ci:***@db:5432/app"),
        ("postgresql://ci:hun'ter\"2 @/x@db/app?sslmode=require", "postgresql://ci:***@db/app?sslmode=require"),
        ("postgresql://ci@db/app?password=hunter2&sslmode=require", "postgresql://ci@db/app?password=***&sslmode=require"),
        ("host=db password='hun ter\\'2' user=ci", "host=db password=*** user=ci"),
        ("host=db password = hunter2", "host=db password = ***"),
        ("host=db password='hunter2", "host=db password=***"),
        ("postgresql://db:5432/app", "postgresql://db:5432/app"),
        ("postgresql://ci@[::1]:5432/app", "postgresql://ci@[::1]:5432/app"),
        ("auto", "auto"),
    ],
)
def test_the_address_of_a_server_loses_its_password_whatever_that_holds(address: str, shown: str) -> None:
    assert masked_address(address) == shown

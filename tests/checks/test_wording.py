from __future__ import annotations

from dataclasses import replace

import made
import pytest

from checks import wording


def test_a_refusal_says_where_the_statement_stands_and_cuts_a_long_one() -> None:
    said = wording.refused(replace(made.REFUSED, detail="Key (id)=(1)", statement="\n".join("x" for _ in range(20))))
    assert said[0] == 'ERROR 42P07: relation "users" already exists'
    assert "DETAIL: Key (id)=(1)" in said
    assert "at m0002_change.up.sql:3" in said
    assert said[-1] == "    … 8 more lines"


def test_long_lists_are_counted() -> None:
    assert wording.listed(["a", "b"], shown=2) == ["a", "b"]
    assert wording.listed(["a", "b", "c"], shown=2) == ["a", "b", "… and 1 more"]


@pytest.mark.parametrize(
    ("name", "sql"),
    [("users", "users"), ("Order Items", '"Order Items"'), ('a"b', '"a""b"'), ("顧客", '"顧客"'), ("user", '"user"')],
)
def test_the_plain_name_of_an_identity_has_no_quotes(name: str, sql: str) -> None:
    assert wording.plain(f"public.{sql}") == name
    assert sql in wording.spellings(name)


def test_a_dot_inside_quotes_separates_nothing() -> None:
    assert wording.plain('"a.b"."c.d"') == "c.d"


def test_literals_and_toml_strings_are_escaped() -> None:
    assert wording.literal("it's") == "'it''s'"
    assert wording.in_toml('public."T"') == '"public.\\"T\\""'

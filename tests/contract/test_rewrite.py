"""contract.toml written anew: what the team has written stays, what is no more goes."""

from __future__ import annotations

import tomllib

import pytest
from contract_texts import parsed
from hypothesis import given, settings
from hypothesis import strategies as st

from pgproof.contract import rewritten
from pgproof.contract.rewrite import HEADER

OLD = """\
# Agreed with the data team.
#   ask@example.org

# What m2 does was announced.
[migrations."m2 Größe"]   # JIRA-1
rewrites = [
  "public.users.email",  # lower case
]
reason = \"\"\"
Two
# lines\"\"\"

# --- tables ---
[tables]

# GDPR: names live here.

# Really.
[tables."public.users"] # hot
rows = { min = 1 } # at least root
# Shown in the app.
column.email   =   "text"   # "#1" of all
column.gone = "text" # goes with it
# From the bank.
column.id = "bigint"
index.i = '''
USING btree (a,
 "#b")''' # slow

[types."public.mood"]
enum = ["sad", # :-(
  "ok"]

[migrations.m3]
irreversible = true
reason = "x"

# The end.
"""
NEW = """
[schemas.public]
[types."public.mood"]
enum = ["sad", "ok"]
[tables."public.roles"]
column.id = "bigint"
[tables."public.users"]
column.id = "bigint NOT NULL"
column.email = "text"
index.i = '''
USING btree (a,
 "#b")'''
"""
EXPECTED = """\
# Agreed with the data team.
#   ask@example.org

# What m2 does was announced.
[migrations."m2 Größe"]   # JIRA-1
rewrites = [
  "public.users.email",  # lower case
]
reason = \"\"\"
Two
# lines\"\"\"

[migrations.m3]
irreversible = true
reason = "x"

[schemas.public]

[types."public.mood"]
enum = ["sad", # :-(
  "ok"]

# --- tables ---
[tables."public.roles"]
column.id = "bigint"

# GDPR: names live here.

# Really.
[tables."public.users"] # hot
rows = { min = 1 } # at least root
# From the bank.
column.id = "bigint NOT NULL"
# Shown in the app.
column.email   =   "text"   # "#1" of all
index.i = '''
USING btree (a,
 "#b")''' # slow

# The end.
"""


def test_comments_bounds_and_data_changes_stay():
    assert rewritten(OLD, parsed(NEW)) == EXPECTED


def test_a_second_time_changes_nothing():
    assert rewritten(EXPECTED, parsed(NEW)) == EXPECTED


def test_line_ends_stay_what_they_are():
    assert rewritten(OLD.replace("\n", "\r\n"), parsed(NEW)) == EXPECTED.replace("\n", "\r\n")


def test_a_fresh_file_says_what_it_is():
    text = rewritten(None, parsed('[tables.t]\ncolumn.a = "text"'))

    assert text == f'{HEADER}\n[tables.t]\ncolumn.a = "text"\n'
    assert rewritten(text, parsed(text)) == text
    assert all(line.startswith("# ") for line in HEADER.splitlines())
    assert rewritten("\n\n", parsed(text)) == text


@pytest.mark.parametrize("old", ["# only\n# comments\n", "# one\n\n# two\n"])
def test_a_file_without_a_statement_keeps_its_comments(old: str):
    text = rewritten(old, parsed("[tables.t]\ncolumn.a = 'text'"))

    assert [line for line in old.splitlines() if line] == [line for line in text.splitlines() if line.startswith("#")]
    assert tomllib.loads(text) == {"tables": {"t": {"column": {"a": "text"}}}}


@pytest.mark.parametrize(
    "old",
    [
        '[tables.t]\n# said\ncolumn = { a = "text" }\nrows = 3\n',
        "tables.t.rows = 3 # said\n",
        '[tables.t]\nrows = 3\n# said\n[tables.t.column]\na = "int"\n',
        "[tables]\nt.rows = 3 # said\n",
        '["tables".\'t\'] # said\n"rows" = 3\n',
    ],
)
def test_other_ways_of_toml_are_understood(old: str):
    text = rewritten(old, parsed("[tables.t]\ncolumn.a = 'text'"))

    assert tomllib.loads(text) == {"tables": {"t": {"rows": 3, "column": {"a": "text"}}}}
    assert "# said" in text or "{ a =" in old


WORDS = st.text(st.sampled_from("ab#'\"[]{}=\\\n\t, "), max_size=12)
TABLES = st.dictionaries(WORDS, st.dictionaries(WORDS, WORDS, min_size=1, max_size=4), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(TABLES, TABLES)
def test_whatever_was_there_the_new_blocks_are_what_is_read(old: dict, new: dict):
    texts = [rewritten(None, blocks_of_columns(one)) for one in (old, new)]
    text = rewritten(texts[0], blocks_of_columns(new))

    assert parsed(text) == blocks_of_columns(new)
    assert text == texts[1]


def blocks_of_columns(tables: dict):
    from pgproof.catalog.contract.block import Block  # noqa: PLC0415 - this test alone

    return {
        ("table", name): Block(kind="table", identity=name, parts={"column": columns})
        for name, columns in tables.items()
    }

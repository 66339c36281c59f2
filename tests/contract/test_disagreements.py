"""Where a schema is not as agreed, and which check says so."""

from __future__ import annotations

import pytest
from contract_texts import found, parsed

from pgproof.contract import Comparison, Contract, disagreements

USERS = """
[tables."public.users"]
column.email = "text NOT NULL"
column.id = "bigint NOT NULL"
constraint.users_pkey = "PRIMARY KEY (id)"
index.users_email_idx = "USING btree (email)"
grant.reader = "SELECT"
"""
CHOSEN = (("constraint", "users_pkey"), ("index", "users_email_idx"), ("index", "users_email_idx1"))


def lines(agreed: str, is_now: str, *chosen: tuple[str, str]) -> list[str]:
    return [str(one) for one in disagreements(parsed(agreed), found(is_now, *(chosen or CHOSEN)))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ('"text NOT NULL"', '"text"', ["column public.users.email: agreed text NOT NULL, is text"]),
        (
            'column.id = "bigint NOT NULL"\n', "",
            ["column public.users.id is in the contract and not in the database: bigint NOT NULL"],
        ),
        (
            'column.id = "bigint NOT NULL"\n', 'column.id = "bigint NOT NULL"\ncolumn.x = "text"\n',
            ["column public.users.x is not in the contract: text"],
        ),
        (
            'grant.reader = "SELECT"', 'grant.reader = "SELECT, INSERT"',
            ["grant table public.users to reader: agreed SELECT, is SELECT, INSERT"],
        ),
        (
            'grant.reader = "SELECT"', 'comment.table = "all"\ngrant.reader = "SELECT"',
            ["comment table public.users on table: agreed (nothing), is all"],
        ),
        (
            "users_email_idx", "other",
            [
                "index public.users_email_idx is in the contract and not in the database: USING btree (email)",
                "index public.other is not in the contract: USING btree (email)",
            ],
        ),
        ("users_email_idx", "users_email_idx1", []),
        (
            "\ncolumn.email", '\nrow_level_security = "ENABLE"\ncolumn.email',
            ["table public.users, row_level_security: agreed (nothing), is ENABLE"],
        ),
        (
            '[tables."public.users"]', '[tables."public.people"]',
            [
                "table public.users is in the contract and not in the database",
                "table public.people is not in the contract",
            ],
        ),
    ],
)  # fmt: skip
def test_one_thing_that_is_not_as_agreed_is_one_line(old: str, new: str, expected: list[str]):
    assert lines(USERS, USERS.replace(old, new) if old else USERS) == expected


def test_only_a_name_that_the_server_chose_may_have_another_number():
    given_by_hand = USERS.replace("users_email_idx", "users_email_idx1")

    assert lines(USERS, given_by_hand, ("index", "users_email_idx1")) == []
    assert len(lines(USERS, given_by_hand, ("constraint", "users_pkey"))) == 2
    assert len(lines(USERS.replace("users_email_idx", "mail_idx"), USERS)) == 2


def test_as_many_of_them_as_agreed_and_no_more():
    both = USERS + 'index.users_email_idx1 = "USING btree (email)"\n'

    assert lines(both, both) == []
    assert lines(both, USERS) == [
        "index public.users_email_idx1 is in the contract and not in the database: USING btree (email)"
    ]
    assert lines(USERS, both) == ["index public.users_email_idx1 is not in the contract: USING btree (email)"]
    swapped = both.replace('idx = "USING btree (email)"', 'idx = "UNIQUE USING btree (email)"')
    other = both.replace('idx1 = "USING btree (email)"', 'idx1 = "UNIQUE USING btree (email)"')
    assert lines(swapped, other) == []


def test_long_names_that_were_cut_may_have_another_number_too():
    name = "a_name_so_long_that_what_is_made_of_it_does_not_fit_into_a_name"[:59]
    one, other = f"{name}_idx", f"{name[:-1]}_idx1"
    text = USERS.replace("users_email_idx", one)

    assert lines(text, text.replace(one, other), ("index", other)) == []


def test_of_long_texts_only_what_differs_is_shown():
    body = "SELECT " + ", ".join(f"column_number_{n}" for n in range(40))
    text = f"[views.'public.v']\nquery = '''\n{body}'''\n"
    (line,) = lines(text, text.replace("column_number_20", "column_number_99"))

    assert "column_number_99" in line
    assert len(line) < 200


EVENTS = """
[tables."public.events"]
partition_by = "RANGE (at)"
partition."public.e1" = "FOR VALUES FROM (1) TO (2)"
partition."public.e2" = "FOR VALUES FROM (2) TO (3)"
column.at = "integer NOT NULL"
"""


@pytest.mark.parametrize(
    ("agreed", "is_now", "expected"),
    [
        (EVENTS, EVENTS, []),
        (
            EVENTS, EVENTS + '[tables."public.e1"]\nindex.own = "USING btree (at)"\ncolumn.at = "integer"\n',
            [
                "index public.own is not in the contract: USING btree (at)",
                "column public.e1.at: agreed as in public.events, is integer",
            ],
        ),
        (
            EVENTS + '[tables."public.e1"]\nindex.own = "USING btree (at)"\n', EVENTS,
            ["index public.own is in the contract and not in the database: USING btree (at)"],
        ),
        (
            EVENTS, EVENTS.replace('partition."public.e2" = "FOR VALUES FROM (2) TO (3)"\n', ""),
            ["partition public.e2 is in the contract and not in the database: FOR VALUES FROM (2) TO (3)"],
        ),
        (
            EVENTS.replace('partition."public.e2" = "FOR VALUES FROM (2) TO (3)"\n', "")
            + '[tables."public.e2"]\ncolumn.at = "integer NOT NULL"\n',
            EVENTS,
            [
                "partition public.e2 is not in the contract: FOR VALUES FROM (2) TO (3)",
                "table public.e2: agreed a table of its own, is a partition of public.events",
            ],
        ),
    ],
)  # fmt: skip
def test_partitions_are_compared_with_their_table(agreed: str, is_now: str, expected: list[str]):
    assert lines(agreed, is_now) == expected


WHOLE = (
    USERS
    + EVENTS
    + """
[tables."public.gone"]
column.a = "text"
constraint.gone_pkey = "PRIMARY KEY (a)"
[types."public.positive"]
domain = "integer"
constraint.positive_check = "CHECK ((VALUE > 0))"
[views."public.v"]
query = "SELECT 1"
trigger.t = "CREATE TRIGGER t"
"""
)
NOW = (
    WHOLE.replace("text NOT NULL", "text")
    .replace("VALUE > 0", "VALUE > 1")
    .replace("SELECT 1", "SELECT 2")
    .replace("USING btree (email)", "USING hash (email)")
    .replace('grant.reader = "SELECT"', 'grant.reader = "SELECT"\ngrant.PUBLIC = "ALL"\nrevoke.x = "ALL"')
    .replace("public.gone", "public.here")
    + '[tables."public.e1"]\nindex.own = "USING btree (at)"\nwith = ["fillfactor=50"]\n'
)


def test_each_difference_is_one_checks_business():
    comparison = Comparison(Contract(schema=parsed(WHOLE)), found(NOW))
    said = {
        (check, one.identity): [str(line) for line in one.differences]
        for check, agreed in (
            ("table", comparison.tables()), ("constraint", comparison.parts("constraint")),
            ("index", comparison.parts("index")), ("kind", comparison.kinds()),
        )
        for one in agreed
    }  # fmt: skip

    assert {subject: lines for subject, lines in said.items() if lines} == {
        ("table", "public.users"): ["column public.users.email: agreed text NOT NULL, is text"],
        ("table", "public.events"): ["table public.e1, with: agreed (nothing), is fillfactor=50"],
        ("table", "public.gone"): ["table public.gone is in the contract and not in the database"],
        ("constraint", "public.positive.positive_check"): [
            "constraint public.positive.positive_check: agreed CHECK ((VALUE > 0)), is CHECK ((VALUE > 1))"
        ],
        ("index", "public.users_email_idx"): [
            "index public.users_email_idx: agreed USING btree (email), is USING hash (email)"
        ],
        ("kind", "grant"): [
            "grant table public.users to PUBLIC is not in the contract: ALL",
            "revoke table public.users from x is not in the contract: ALL",
        ],
        ("kind", "index"): ["index public.own is not in the contract: USING btree (at)"],
        ("kind", "table"): ["table public.here is not in the contract"],
        ("kind", "view"): ["view public.v, query: agreed SELECT 1, is SELECT 2"],
    }
    assert sum(map(len, said.values())) == len(disagreements(parsed(WHOLE), found(NOW)))
    # What belongs to a table that is gone is that table's business.
    assert ("constraint", "public.gone.gone_pkey") not in said
    assert said["constraint", "public.users.users_pkey"] == []
    assert said["kind", "trigger"] == []
    assert all(one.size > 0 for one in (*comparison.tables(), *comparison.kinds()))

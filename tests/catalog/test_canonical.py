"""Spellings that differ between servers and moments become one."""

from datetime import UTC, datetime, timedelta

import pytest

from pgproof.catalog import canonical

NOW = datetime(2025, 5, 11, 7, 36, 38, tzinfo=UTC)
WINDOW = canonical.Window(NOW - timedelta(minutes=1), NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'2025-05-11 07:36:30.123456+00'::timestamp with time zone", "'<clock>'::timestamp with time zone"),
        ("'2025-05-11 16:36:30.5'::timestamp without time zone", "'<clock>'::timestamp without time zone"),
        ("'2025-05-11 02:06:30'::timestamp without time zone", "'<clock>'::timestamp without time zone"),
        ("'2025-05-11'::date", "'<clock>'::date"),
        ("a > '2025-05-10'::date AND b", "a > '<clock>'::date AND b"),
    ],
)
def test_moment_of_the_run_is_the_clock(text: str, expected: str):
    assert WINDOW.steady(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "'2025-05-11 06:36:30+00'::timestamp with time zone",
        "'2025-05-11 07:40:30'::timestamp without time zone",
        "'2025-05-09'::date",
        "'2025-13-99'::text",
        "'0001-01-01 00:00:00'::timestamp without time zone",
        "'9999-12-31 23:59:59'::timestamp without time zone",
        "now()",
    ],
)
def test_other_moment_is_itself(text: str):
    assert WINDOW.steady(text) == text


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (" SELECT t.a,\n    t.b AS t\n   FROM public.t;", " SELECT a,\n    b AS t\n   FROM public.t;"),
        (' SELECT "T x".ä\n   FROM "T x";', ' SELECT ä\n   FROM "T x";'),
        (
            " SELECT x.a FROM public.t x WHERE (x.b = 1) ORDER BY x.a;",
            " SELECT a FROM public.t x WHERE (b = 1) ORDER BY a;",
        ),
        (
            " SELECT t.a FROM t WHERE (t.b IN ( SELECT u.b FROM u WHERE (u.a = t.a)));",
            " SELECT a FROM t WHERE (b IN ( SELECT u.b FROM u WHERE (u.a = t.a)));",
        ),
    ],
)
def test_view_over_one_relation_needs_no_qualifiers(older: str, newer: str):
    assert canonical.view_definition(older) == newer
    assert canonical.view_definition(newer) == newer


@pytest.mark.parametrize(
    "text",
    [
        " SELECT t.a FROM t JOIN u ON t.a = u.a;",
        " SELECT t.a FROM t, u;",
        " SELECT t.a FROM t UNION SELECT u.a FROM u;",
        " SELECT t.* FROM t;",
        " SELECT 1;",
        "no SQL at all",
    ],
)
def test_other_query_is_itself(text: str):
    assert canonical.view_definition(text) == text


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("table", "SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER", ("ALL",)),
        ("table", "SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER MAINTAIN", ("ALL",)),
        ("table", "SELECT* INSERT* UPDATE* DELETE* TRUNCATE* REFERENCES* TRIGGER* MAINTAIN*", ("ALL*",)),
        ("table", "SELECT MAINTAIN", ("MAINTAIN", "SELECT")),
        ("table", "UPDATE SELECT*", ("SELECT*", "UPDATE")),
        ("sequence default", "USAGE SELECT UPDATE", ("ALL",)),
        ("function", "EXECUTE", ("ALL",)),
    ],
)
def test_privileges_are_spelt_the_same(kind: str, given: str, expected: tuple[str, ...]):
    assert canonical.privileges(kind, given.split()) == expected


def test_index_definition_starts_after_whatever_names_there_are():
    text = 'CREATE UNIQUE INDEX " USING " ON ONLY public."a USING b" USING btree (x)'
    assert canonical.index_definition(text, '" USING "', 'public."a USING b"') == "USING btree (x)"

from __future__ import annotations

import psycopg
import pytest
from pglast import keywords

from pgproof.tool.names import identifier, qualified

ODD = ["Order Items", "a b", 'say "hi"', "größe", "user", "id", "_x9", "9x", "a$b", "", "interval", "left", "between"]


def test_identifiers_are_written_as_the_server_writes_them(connection: psycopg.Connection) -> None:
    known = {w for kind in vars(keywords).values() if isinstance(kind, set | frozenset) for w in kind}
    names = sorted(known) + ODD
    rows = connection.execute("SELECT n, quote_ident(n) FROM unnest(%s::text[]) n", (names,)).fetchall()
    differ = [(name, quoted) for name, quoted in rows if identifier(name) != quoted]
    # words that became keywords after the server's version may be quoted here alone
    assert [d for d in differ if identifier(d[0]) != f'"{d[1]}"'] == []
    assert len(differ) < 20


@pytest.mark.parametrize(
    ("schema", "expected"),
    [("public", 'public."Order Items"'), ("My App", '"My App"."Order Items"'), (None, '"Order Items"')],
)
def test_a_schema_stands_before_the_name(schema: str | None, expected: str) -> None:
    assert qualified(schema, "Order Items") == expected

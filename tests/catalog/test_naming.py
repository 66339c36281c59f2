"""Names that PostgreSQL chooses are told from those that people give."""

import psycopg
import pytest

from pgproof.catalog import naming
from pgproof.catalog.read import read


@pytest.mark.parametrize(
    ("name", "label", "table", "columns", "expected"),
    [
        ("t_pkey", "pkey", "t", (), True),
        ("t_a_idx", "idx", "t", ("a",), True),
        ("t_a_idx12", "idx", "t", ("a",), True),
        ("t_a_b_key", "key", "t", ("a", "b"), True),
        ("t_a_b_fkey", "fkey", "t", ("a", "b"), True),
        ("t_check1", "check", "t", (), True),
        ("T x_Ä_idx", "idx", "T x", ("Ä",), True),
        ("t_b_idx", "idx", "t", ("a",), False),
        ("t_a_idx", "key", "t", ("a",), False),
        ("by_hand", "idx", "t", ("a",), False),
        ("t_pkey", "pkey", "renamed", (), False),
    ],
)
def test_name_is_the_servers_choice(name: str, label: str, table: str, columns: tuple[str, ...], expected: bool):
    assert naming.is_generated(name, label, table, columns) is expected


def test_columns_that_come_again_get_a_number():
    assert naming.distinct(["a", "b", "a", "a", "a1"]) == ["a", "b", "a1", "a2", "a11"]


@pytest.mark.parametrize("table", ["t", "x" * 63, "ä" * 31, "long_name_" * 6, 'q"uo te'])
@pytest.mark.parametrize("column", ["c", "y" * 63, "é" * 30, "another_long_" * 4])
def test_the_server_chooses_as_we_think(connection: psycopg.Connection, table: str, column: str):
    t, c = ('"' + name.replace('"', '""') + '"' for name in (table, column))
    connection.execute(
        f"CREATE TABLE {t} ({c} serial PRIMARY KEY REFERENCES {t} UNIQUE CHECK ({c} > 0), e int4range,"
        f"EXCLUDE USING gist (e WITH &&), CHECK ({c} > 1));"
        f"CREATE INDEX ON {t} ({c}, e) INCLUDE (e); CREATE INDEX ON {t} (({c} + 1));"
        f"CREATE INDEX ON {t} ({c}, e) INCLUDE (e); CREATE INDEX by_hand ON {t} (e)".encode()
    )
    catalog = read(connection).catalog
    named = (*catalog.constraints, *catalog.indexes)
    assert len(named) == 11
    assert {thing.name for thing in named if not thing.is_name_generated} == {"by_hand"}
    assert [sequence.is_name_generated for sequence in catalog.sequences] == [True]

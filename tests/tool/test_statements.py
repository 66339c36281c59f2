from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.errors import HistoryFault
from pgproof.tool.statements import read, split


def parts(text: str) -> list[tuple[int, str]]:
    return [(s.line, s.text) for s in split(text).statements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("-- only a comment\n/* and /* another */ one */\n", []),
        (" ;;\n;", []),
        ("SELECT 1", [(1, "SELECT 1")]),
        ("SELECT 1 -- no semicolon\n", [(1, "SELECT 1")]),
        ("-- é\nSELECT 'é'; -- ü\n\nSELECT 2\n;", [(2, "SELECT 'é'"), (4, "SELECT 2")]),
        ("/* a; /* b; */ ; */ SELECT 1; SELECT 2", [(1, "SELECT 1"), (1, "SELECT 2")]),
        ("DO $x$ BEGIN; END $x$; SELECT $$;$$", [(1, "DO $x$ BEGIN; END $x$"), (1, "SELECT $$;$$")]),
        (r"SELECT E'\';'; SELECT ';--'", [(1, r"SELECT E'\';'"), (1, "SELECT ';--'")]),
        ("SELECT 1;\r\n\r\nSELECT\r\n 2;\r\n", [(1, "SELECT 1"), (3, "SELECT\r\n 2")]),
        ('SELECT 1 AS ";"; SELECT 2', [(1, 'SELECT 1 AS ";"'), (1, "SELECT 2")]),
        (
            "SELECT '日本' AS \"日\";\nSELECT '語';\nSELECT 3",
            [(1, "SELECT '日本' AS \"日\""), (2, "SELECT '語'"), (3, "SELECT 3")],
        ),
        ("SELECT /* in */ 1 /* tail */", [(1, "SELECT /* in */ 1")]),
    ],
)
def test_statements_are_split_by_the_grammar(text: str, expected: list[tuple[int, str]]) -> None:
    assert parts(text) == expected


def test_a_standard_function_body_is_one_statement() -> None:
    function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END"
    assert parts(f"{function};\nSELECT 3;") == [(1, function), (2, "SELECT 3")]


@pytest.mark.parametrize(
    "text", ["SELECT 'a' ? 'b', 5 % 2, '%s' ", "SELECT '${x} {{ y }} :name' /* TEMPLATE */, 'a'::text"]
)
def test_what_looks_like_a_placeholder_is_text(text: str) -> None:
    assert [s.text for s in split(text).statements] == [text.rstrip()]


def test_what_the_grammar_cannot_read_is_one_statement() -> None:
    script = split("-- first\nSELECT 1;\nSELCT 2;\n")
    assert not script.is_parsed
    assert [(s.line, s.text) for s in script.statements] == [(2, "SELECT 1;\nSELCT 2;")]


def test_a_line_is_found_by_character() -> None:
    script = split("SELECT 'é';\nSELECT 2;\nSELECT 3")
    assert [script.line_at(s.start) for s in script.statements] == [1, 2, 3]
    assert [script.index_at(s.start + 3) for s in script.statements] == [0, 1, 2]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(b"\xef\xbb\xbf-- pgproof: no-transaction\nSELECT 1")
    assert read(path).first_line == "-- pgproof: no-transaction"
    assert [s.text for s in read(path).statements] == ["SELECT 1"]


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"SELECT 1;\nSELECT '\xe9';", "byte 0xe9 in line 2"), ("SELECT 1".encode("utf-16-le"), "zero byte in line 1")],
)
def test_a_file_that_is_not_utf8_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "latin.sql"
    path.write_bytes(content)
    with pytest.raises(HistoryFault, match=r"latin\.sql") as fault:
        read(path)
    assert what in fault.value.message
    assert "UTF-8" in fault.value.remedy

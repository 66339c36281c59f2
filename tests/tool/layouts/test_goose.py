from __future__ import annotations

import pytest

from pgproof.tool import MigrationFailed, layouts

UP = "-- +goose Up\n"


def script(write, content: str | bytes, *, down: bool = False):
    """Return the script of one file."""
    (migration,) = layouts.detect(write({"1_a.sql": content}), "goose").migrations
    return layouts.by_name("goose").script(migration.up, down=down)


def test_lines_end_queries_and_keep_their_numbers(write) -> None:
    found = script(
        write, f"-- first;\n\n{UP}SELECT 1; SELECT\n 2;\n-- between;\nSELECT 3; -- end\n\n-- +goose Down\nSELECT 4;\n"
    )
    assert [(s.text, s.line, s.is_joined) for s in found.statements] == [
        ("SELECT 1", 4, False),
        ("SELECT\n 2", 4, True),
        ("SELECT 3", 7, False),
    ]
    for statement in found.statements:
        assert found.text[statement.start :].startswith(statement.text)


def test_the_other_section_is_that_of_the_down(write) -> None:
    content = f"{UP}SELECT 1;\n-- +goose Down\n-- why\nSELECT 2;\n"
    assert [(s.text, s.line) for s in script(write, content, down=True).statements] == [("SELECT 2", 5)]


def test_a_block_is_one_query_whatever_it_holds(write) -> None:
    block = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\nEND;\n$$;\nSELECT 1;\n"
    found = script(write, f"{UP}-- +goose StatementBegin\n{block}-- +goose StatementEnd\nSELECT 2;\n")
    assert [s.is_joined for s in found.statements] == [False, True, False]


def test_the_line_behind_an_empty_block_is_lost_as_in_goose(write) -> None:
    found = script(write, f"{UP}-- +goose StatementBegin\n-- +goose StatementEnd\nSELECT 1;\nSELECT 2;\n")
    assert [s.text for s in found.statements] == ["SELECT 2"]


def test_windows_line_ends_go(write) -> None:
    found = script(write, b"-- +goose Up\r\nSELECT 'a\r\nb';\r\n")
    assert [s.text for s in found.statements] == ["SELECT 'a\nb'"]


def test_the_environment_goes_in_where_the_file_says_so(write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPROOF_TEST_WORD", "word")
    monkeypatch.delenv("PGPROOF_TEST_NONE", raising=False)
    inside = "$PGPROOF_TEST_WORD ${PGPROOF_TEST_WORD:1:2} ${PGPROOF_TEST_WORD:-1}"
    inside += " ${PGPROOF_TEST_NONE:-a${PGPROOF_TEST_WORD}}"
    found = script(
        write,
        f"{UP}SELECT '$X';\n-- +goose ENVSUB ON\nSELECT '{inside} $$ \\$ $( ';\n-- +goose ENVSUB OFF\nSELECT '$X';\n",
    )
    assert [s.text for s in found.statements] == ["SELECT '$X'", "SELECT 'word or word aword $ $ $( '", "SELECT '$X'"]


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        ("SELECT 1;\n", 1, "Up"),
        (f"{UP}SELECT 1\n", 3, "semicolon"),
        (f"{UP}SELECT 1\n-- +goose Down\n", 3, "semicolon"),
        (f"{UP}{UP}", 2, "twice"),
        ("-- +goose Down\n", 1, "Down"),
        (f"{UP}-- +goose Sideways\n", 2, "Sideways"),
        (f"{UP}-- +goose StatementEnd\n", 2, "StatementBegin"),
        (f"{UP}-- +goose StatementBegin\n", 3, "StatementEnd"),
        (f"{UP}  -- +goose NO TRANSACTION\n", 2, "NO TRANSACTION"),
        (f"{UP}-- +goose ENVSUB ON\nSELECT '${{1}}';\n", 3, "name"),
        (f"{UP}-- +goose ENVSUB ON\nSELECT '${{PGPROOF_TEST_NONE?}}';\n", 3, "not set"),
        (f"{UP}-- +goose ENVSUB ON\nSELECT '${{A!}}';\n", 3, "understood"),
        (f"{UP}-- +goose ENVSUB ON\nSELECT '${{A:-b';\n", 3, "closed"),
    ],
)
def test_what_goose_refuses_is_refused_with_its_line(write, content: str, line: int, why: str) -> None:
    found = script(write, content)
    assert (found.refused_line, found.statements) == (line, ())
    assert why in found.refused


def test_a_refused_file_fails_when_its_turn_comes(tool, database: str, one) -> None:
    made = tool({"1_a.sql": f"{UP}CREATE TABLE t (a int);\n", "2_b.sql": f"{UP}SELECT 1\n"})
    with pytest.raises(MigrationFailed) as failed:
        made.up_all(database)
    assert failed.value.failure.file.endswith("2_b.sql")
    assert "goose refuses it" in failed.value.failure.message
    assert [r.version for r in made.recorded(database)] == ["1"]
    assert made.body("2").needs_clone


def test_files_in_go_and_without_a_number_are_faults(write) -> None:
    history = layouts.detect(write({"1_a.sql": UP, "2_b.go": "", "2_b_test.go": "", "x.sql": "", "3_c.sql": UP}))
    assert history.versions == ("1", "3")
    assert [f.partition(" is ")[0] for f in history.faults] == [
        "2_b.go",
        "goose stops at x.sql: no integer before its first _",
    ]


def test_a_joined_query_fails_at_its_own_line(tool, database: str, failure_of) -> None:
    made = tool({"1_a.sql": f"{UP}SELECT 1; SELECT 2; SELECT\n1/0;\n"})
    failure = failure_of(made, database, "1")
    assert (failure.sqlstate, failure.statement) == ("22012", "SELECT\n1/0")

"""What a tool refuses, pgproof refuses, and what it accepts leaves the same database: one trap at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.tool import MigrationFailed, layouts
from pgproof.tool.sql import SqlTool

from .programs import ALL, Tool

pytestmark = pytest.mark.tools

T = "CREATE TABLE t (a int);\n"
TWO_CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (a);\n"
OWN = "BEGIN;\nCREATE TABLE u (a int);\nCOMMIT;\n"
OWN_AND_MORE = f"{OWN}CREATE TABLE v (a int);\n"
BEGIN_ONLY = "BEGIN;\nCREATE TABLE u (a int);\n"
COMMIT_ONLY = "CREATE TABLE u (a int);\nCOMMIT;\nCREATE TABLE v (a int);\n"
LATE_FAILURE = f"{OWN}SELECT 1/0;\n"
LOCAL = (
    "SET LOCAL lock_timeout = '1s';\nLOCK TABLE t;\n"
    "CREATE TEMP TABLE x (a int) ON COMMIT DROP;\nINSERT INTO x VALUES (1);\n"
)
BODIES = {
    "two concurrently": TWO_CONCURRENTLY,
    "own": OWN,
    "own and more": OWN_AND_MORE,
    "begin only": BEGIN_ONLY,
    "commit only": COMMIT_ONLY,
    "late failure": LATE_FAILURE,
    "local": LOCAL,
    "comment": "-- nothing\n",
    "nothing": "",
    "no semicolon": "CREATE TABLE u (a int)",
    "vacuum": "VACUUM t;\n",
    "enum": "CREATE TYPE e AS ENUM ('a');\nALTER TYPE e ADD VALUE 'b';\nCREATE TABLE u (a e DEFAULT 'b');\n",
    "atomic": "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;\n",
}


def _files(layout: str, body: str, *, outside: bool) -> dict[str, str]:
    """Return a history of two, whose second is the body."""
    if layout == "goose":
        first = "-- +goose NO TRANSACTION\n" if outside else ""
        return {"1_t.sql": f"-- +goose Up\n{T}", "2_x.sql": f"{first}-- +goose Up\n{body}"}
    if layout == "dbmate":
        option = " transaction:false" if outside else ""
        return {
            "1_t.sql": f"-- migrate:up\n{T}-- migrate:down\n",
            "2_x.sql": f"-- migrate:up{option}\n{body}-- migrate:down\n",
        }
    if layout == "sqlx":
        return {"1_t.sql": f"-- no-transaction\n{T}", "2_x.sql": ("-- no-transaction\n" if outside else "") + body}
    if layout == "diesel":
        option = {"2_x/metadata.toml": "run_in_transaction = false"} if outside else {}
        return {"1_t/up.sql": T, "2_x/up.sql": body} | option
    if layout == "flyway":
        option = {"V2__x.sql.conf": "executeInTransaction=false"} if outside else {}
        return {"V1__t.sql": T, "V2__x.sql": body} | option
    return {"1_t.up.sql": T, "2_x.up.sql": body}


FILES = {
    "goose": {
        "function without a block": {
            "1_x.sql": "-- +goose Up\nCREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\nSELECT 1;\n$$;\n"
        },
        "two on a line": {
            "1_x.sql": f"-- +goose NO TRANSACTION\n-- +goose Up\n{T}CREATE INDEX CONCURRENTLY i ON t (a); SELECT 1;\n"
        },
        "semicolon in a comment": {"1_x.sql": "-- +goose Up\nCREATE TABLE t ( -- first;\n a int);\n"},
        "unknown annotation": {"1_x.sql": f"-- +goose Up\n-- +goose Sideways\n{T}"},
        "no section": {"1_x.sql": "-- +goose Up\n", "2_x.sql": T},
        "down first": {"1_x.sql": f"-- +goose Down\n{T}"},
        "open block": {"1_x.sql": f"-- +goose Up\n-- +goose StatementBegin\n{T}"},
        "indented": {"1_x.sql": f"  -- +goose Up\n{T}", "2_x.sql": "-- +goose Up\n"},
        "empty block": {"1_x.sql": f"-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\n{T}"},
        "variable": {
            "1_x.sql": "-- +goose Up\n-- +goose ENVSUB ON\nCREATE TABLE t AS SELECT '${PGPROOF_TEST_UNSET?no}' AS a;\n"
        },
        "nested variable": {
            "1_x.sql": "-- +goose Up\n-- +goose ENVSUB ON\n"
            "CREATE TABLE t AS SELECT '${PGPROOF_TEST_UNSET:-${PGPROOF_TEST_UNSET2:-x}y}' AS a, '${HOME:0:1}' AS b;\n"
        },
        "function in a block": {
            "1_x.sql": "-- +goose Up\n-- +goose ENVSUB ON\n-- +goose StatementBegin\nDO $$ BEGIN\nEND $$;\n"
            "-- +goose StatementEnd\n"
        },
    },
    "dbmate": {
        "no down": {"1_x.sql": f"-- migrate:up\n{T}"},
        "no up": {"1_x.sql": "-- migrate:up\n-- migrate:down\n", "2_x.sql": T},
        "statement first": {"1_x.sql": f"{T}-- migrate:up\n-- migrate:down\n"},
        "down first": {"1_x.sql": f"-- migrate:down\n-- migrate:up\n{T}"},
        "order of text": {
            "10_a.sql": f"-- migrate:up\n{T}\n-- migrate:down\n",
            "9_b.sql": "-- migrate:up\nINSERT INTO t VALUES (1);\n-- migrate:down\n",
        },
    },
    "sqlx": {
        "byte order mark": {"1_x.sql": f"-- no-transaction\n{T}", "2_x.sql": f"\ufeff-- no-transaction\n{T}"},
        "second line": {"1_x.sql": f"-- no-transaction\n{T}", "2_x.sql": "--\n-- no-transaction\nVACUUM t"},
        "odd names": {"+1_x.sql": f"-- no-transaction\n{T}", "002_a_b.c.sql.sql": "INSERT INTO t VALUES (1)"},
    },
    "diesel": {
        "empty metadata": {"1_t/up.sql": T, "2_x/up.sql": "VACUUM t;", "2_x/metadata.toml": ""},
        "broken metadata": {"1_t/up.sql": T, "2_x/up.sql": "VACUUM t;", "2_x/metadata.toml": "run_in"},
        "no underscore": {"a-b/up.sql": T, "2-1_x/up.sql": "SELECT 1"},
    },
    "flyway": {
        "mixed": {"V1__x.sql": f"{T}CREATE INDEX CONCURRENTLY i ON t (a);\n"},
        "mixed, told so": {
            "V1__x.sql": f"{T}CREATE INDEX CONCURRENTLY i ON t (a);\n",
            "V1__x.sql.conf": "executeInTransaction=false\n",
        },
        "needs none and told otherwise": {
            "V1__t.sql": T,
            "V2__x.sql": "CREATE INDEX CONCURRENTLY i ON t (a);\n",
            "V2__x.sql.conf": "executeInTransaction=true\n",
        },
        "comment inside": {"V1__t.sql": T, "V2__x.sql": "create /* now */ index -- and\n concurrently i on t (a);\n"},
        "reindex": {"V1__t.sql": T, "V2__x.sql": "CREATE INDEX i ON t (a);\n", "V3__x.sql": "REINDEX TABLE t;\n"},
        "no text": {"V1.sql": T, "V1.0.1.sql": "INSERT INTO t VALUES (1)"},
        "settings": {"V1__x.sql": f"CREATE SCHEMA s; SET search_path = s; {T}", "V2__y.sql": "CREATE TABLE u (a int)"},
        "repeatable": {"R__b.sql": T, "R__a.sql": "CREATE TABLE u (a int)", "V1__z.sql": "CREATE SCHEMA z"},
    },
    "golang-migrate": {
        "down by itself": {"1_t.up.sql": T, "2_x.down.sql": "DROP TABLE t;", "3_y.up.sql": "SELECT 1"},
        "last a down by itself": {"1_t.up.sql": T, "2_x.down.sql": "DROP TABLE t;"},
        "number alone": {"2_x.up.sql": "INSERT INTO t VALUES (1)", "01_t.up.sql": T, "x.sql": "nonsense"},
    },
}


def _cases() -> list[tuple[Tool, str, dict[str, str], bool]]:
    """Return tool, name, files, and whether outside a transaction.

    A file outside a transaction that has a BEGIN alone is left out: tools lose its work in silence, pgproof says so.
    """
    found = [
        (tool, name, _files(tool.layout, body, outside=outside), outside)
        for tool in ALL
        for name, body in BODIES.items()
        for outside in ([False] if tool.layout == "golang-migrate" else [False, True])
        if not (outside and name == "begin only")
    ]
    return found + [(tool, name, files, False) for tool in ALL for name, files in FILES.get(tool.layout, {}).items()]


@pytest.mark.parametrize(
    ("real", "files"),
    [pytest.param(t, f, id=f"{t.layout}: {name}{', outside' if o else ''}") for t, name, f, o in _cases()],
    indirect=["real"],
)
def test_a_trap(real: Tool, files: dict[str, str], state, tmp_path: Path) -> None:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    verdicts: list[bool] = []

    def act(url: str) -> None:
        verdicts.append(not real.apply(url, tmp_path))

    def do(url: str) -> None:
        try:
            SqlTool(layouts.detect(tmp_path, real.layout)).up_all(url)
        except MigrationFailed as failed:
            print(failed.failure)  # noqa: T201 - shown where the test fails
            verdicts.append(False)
        else:
            verdicts.append(True)

    theirs, ours = state(act), state(do)
    assert verdicts[1] == verdicts[0]
    if not verdicts[0]:
        theirs, ours = (_without(theirs, real.history), _without(ours, real.history))
    assert ours == theirs


def _without(shown: tuple[object, dict[str, object]], table: str) -> tuple[object, dict[str, object]]:
    """Leave out the rows of the history table: what a failed run leaves there is the tool's own business."""
    return shown[0], {name: rows for name, rows in shown[1].items() if name != table}

"""A password in a migration never gets into what pgproof prints or writes."""

from __future__ import annotations

import pytest
from robust import COMMAND, PYTEST, TABLE

FAILING = {
    "a literal": "CREATE ROLE app LOGIN PASSWORD 'hunter2'; CREATE ROLE app LOGIN PASSWORD 'hunter2';",
    "a syntax error": "CREATE ROLE app PASSWORD 'hunter2' NONSENSE;",
    "dollars": "CREATE ROLE app PASSWORD $$hunter2$$ VALID UNTIL 'never ever';",
    "an unfinished literal": "ALTER ROLE app PASSWORD 'hunter2",
    "in a block": "DO $$ BEGIN EXECUTE 'CREATE ROLE app PASSWORD ''hunter2'' NONSENSE'; END $$;",
    "put together": "DO $$ BEGIN EXECUTE format('CREATE ROLE app PASSWORD %L NONSENSE', 'hunter2'); END $$;",
    "a connection": "CREATE SERVER s FOREIGN DATA WRAPPER nothing OPTIONS (host 'h', password 'hunter2');",
    "a URL": "SELECT 'postgresql://app:hunter2@db/app'::int;",
    "over rows": "CREATE ROLE app PASSWORD 'hunter2'; ALTER TABLE t ADD c int NOT NULL;",
}


@pytest.mark.parametrize("text", FAILING.values(), ids=FAILING)
def test_a_failing_statement(project, text):
    project.migrations(TABLE, text)
    ended = project.run(COMMAND, "--keep-rows=rows", "--subject=m2")

    assert ended.code == 1, ended.text
    ended.demand_clean()
    written = [path for folder in ("reports", "rows") for path in (project.root / folder).rglob("*") if path.is_file()]
    assert {"junit.xml", "preview.json"} <= {path.name for path in written}
    assert [path.name for path in written if b"hunter2" in path.read_bytes()] == []


@pytest.mark.parametrize("words", [["--pgproof-server=postgresql://u:hunter2@h/d"], []], ids=["option", "environment"])
def test_a_server_with_a_password(project, words):
    project.migrations(TABLE)
    if not words:
        project.more["PGPROOF_SERVER"] = "host=h password=hunter2"

    project.run(PYTEST, *words).demand_fault("There is no server at", "h")


def test_a_server_with_a_password_in_the_settings(project):
    project.migrations(TABLE)
    (project.root / "pgproof.toml").write_text('server = "postgresql://u:hunter2@h/d"\n')

    project.run(COMMAND).demand_fault("There is no server at", "h")

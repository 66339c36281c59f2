"""The header and the summary."""

from __future__ import annotations

import pytest


def test_the_header_says_on_what_and_with_which_settings(project, monkeypatch):
    project.settings('seed = 7\ntimezone = "UTC"\n')
    monkeypatch.setenv("PGPROOF_ROWS", "5")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--durations=1")

    result = project.run("--pgproof-server=postgres://u:hunter2@h/d")

    result.stdout.fnmatch_lines(
        [
            "pgproof: PostgreSQL 0 (fake), TimeZone UTC, 5 rows a table, seed 7",
            "migrations: 3 in migrations (option)",
            "transactions: 3 in mode transaction",
            "layout: named, tool sql (named)",
            "settings file: pgproof.toml",
            "settings: server postgres://u:*** (option), rows 5 (PGPROOF_ROWS), seed 7 (pgproof.toml), timezone UTC*",
            "PYTEST_ADDOPTS: --durations=1",
        ]
    )
    assert "hunter2" not in result.stdout.str()


def test_the_header_says_what_a_file_about_other_migrations_does_not_give(project):
    (project.root / "other").mkdir()
    project.settings('migrations = "other"\nrows = 5\nhistory = { table = "h", version = "v" }\n')

    project.run().stdout.fnmatch_lines(
        [
            "settings file: pgproof.toml (about other migrations: left out history)",
            "settings: rows 5 (pgproof.toml)",
        ]
    )


def test_the_summary_groups_findings_by_check_and_says_what_next(project):
    project.checks((project.root / "test_scratch.py").read_text().replace('== "m2"', '!= "m0"'))

    result = project.run("--junit-xml=reports/junit.xml")

    result.stdout.fnmatch_lines(
        [
            "Broken claims",
            "  applies-again: 3 of 3 migrations",
            "      m1, m2, m3",
            "      mend it",
            "      pgproof verify migrations --check=applies-again --subject=m1",
            "Not exercised: 1",
            "  sequence-is-shy (1): no rows in public.tasks",
            "8 pass, 3 fail, 1 advice, 1 not applicable, 1 not exercised",
            "JUnit report: reports/junit.xml",
            "Next: *",
        ]
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[migrations.m33]\nirreversible = true", "ERROR: *m33?? matches no migration. Did you mean*"),
        ('[migrations.m3]\nrewrites = ["public.tasks.x"]', "ERROR: *m3* names public.tasks.x, and the history never*"),
    ],
)
def test_the_contract_is_judged_before_the_walk(project, text, message):
    (project.root / "contract.toml").write_text(f'{text}\nreason = "r"\n')

    result = project.run("--pgproof-contract=contract.toml")

    assert result.ret == 4
    result.stderr.fnmatch_lines([message])
    assert project.walked() == []

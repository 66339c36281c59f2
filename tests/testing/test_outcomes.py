"""What pytest shows of each outcome, and what a finding says."""

from __future__ import annotations

import pytest

FINDING = """
m2 cannot be applied twice

[applies-again] broken claim: applies-again holds

What the server showed
    42P07 relation exists
    CREATE ROLE x PASSWORD '***'

Who is hurt
    users see an error

What to do
    CREATE TABLE IF NOT EXISTS b ();

Reproduce it
    pgproof verify migrations --check=applies-again --subject=m2
"""


def test_a_finding_says_what_was_seen_who_is_hurt_what_to_do_and_how_to_see_it_again(project):
    result = project.run()

    result.stdout.fnmatch_lines(FINDING.strip().splitlines(), consecutive=True)
    assert "Traceback" not in result.stdout.str()


def test_each_outcome_has_its_word(project):
    result = project.run("-rsxf")

    result.stdout.fnmatch_lines(
        [
            "SKIPPED * not exercised: no rows in public.tasks",
            "SKIPPED * not applicable: it has no rows",
            "XFAIL *table*public.tasks* - advice: public.tasks is dull",
            "FAILED *test_again?m2? - Failed: m2 cannot be applied twice",
        ]
    )
    result.assert_outcomes(passed=10, failed=1, skipped=2, xfailed=1, deselected=1)


def test_the_reproduce_line_repeats_options_and_quotes(project):
    project.settings('[levels]\ntable-is-there = "gate"\n')
    project.checks(
        (project.root / "test_scratch.py").read_text().replace('"public.tasks":', """'public."Größe ""x"" 表"':""")
    )

    result = project.run("--pgproof-rows=5", "--pgproof-check=table-is-there")

    line = """    pgproof verify migrations --rows=5 --check=table-is-there '--subject=public."Größe ""x"" 表"'"""
    assert line in result.outlines


def test_demanding_exercise_makes_a_failure_of_what_was_not_exercised(project):
    result = project.run("--pgproof-require-exercised", "--pgproof-check=sequence-is-shy")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["not exercised: no rows in public.tasks (--require-exercised)"])


def test_a_migration_that_does_not_apply_leaves_the_later_ones_not_reached(project):
    project.migrations(m2="fails")

    result = project.run("--pgproof-check=comes-back", "-rs")

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["*not reached: m2 does not apply: see migration-applies", "*not reached: m2 does not apply"]
    )
    result.assert_outcomes(passed=1, skipped=2, deselected=12)


def test_a_tool_without_downs_is_one_item_a_check(project):
    for path in (project.root / "migrations").glob("*.down.sql"):
        path.unlink()

    result = project.run("-v", "-k", "down or rollback")

    result.assert_outcomes(skipped=3, deselected=8)
    assert project.walked() == []


def test_an_empty_set_of_subjects_is_an_item_with_its_reason(project):
    (project.root / "migrations" / "empty").touch()

    result = project.run("-rs", "-k", "test_table or test_sequence")

    result.assert_outcomes(skipped=2, deselected=12)
    result.stdout.fnmatch_lines(
        ["*not applicable: the history has no tables", "*not applicable: the history has no sequences"]
    )


def test_a_fixture_may_raise_what_a_check_may_raise(project):
    source = (project.root / "test_scratch.py").read_text()
    project.checks(
        f"{source}\nimport pytest\n@pytest.fixture\ndef judge():\n    raise NotExercised('the fixture says so')\n\n"
        '@each("history")\n@check(record("by-fixture"))\ndef test_by_fixture(history, judge):\n    pass\n'
    )

    result = project.run("-rs", "-k", "by_fixture")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["*not exercised: the fixture says so"])


@pytest.mark.parametrize("line", ["import pytest", "import pgproof.testing.plugin"])
def test_the_plugin_loads_no_driver_parser_or_terminal_library(project, line):
    slow = {"psycopg", "pglast", "rich", "msgspec", "pgproof.catalog.model"}
    script = f"{line}\nimport sys\nprint(sorted({slow} & set(sys.modules)))"

    assert project.pytester.runpython_c(script).outlines == ["[]"]

"""Findings whose weight depends on how many rows a table has in production."""

from __future__ import annotations

import pytest

CHECK = """
from pgproof import Check, Finding, Level, Levels, check, each

GATE = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.GATE)

@each("table")
@check(Check(id="table-is-light", claim="It is.", effect="Slow.", remedy="Mend it.", runbook="", levels=GATE))
def test_light(table, looked):
    raise Finding(f"{table.identity} is heavy", weighed_by=WEIGHED.get(table.identity, (table.identity,)))
"""
ODD = r'"public.\"Größe \"\"x\"\" 表\""'


@pytest.fixture
def sized(project):
    """Return what runs the check with these sizes."""

    def run(sizes, *args, weighed="{}"):
        project.checks(CHECK.replace("WEIGHED", weighed))
        if sizes is not None:
            (project.root / "migrations" / "sizes.toml").write_text(f"[rows]\n{sizes}\n")
        return project.run("-rxf", *args)

    return run


def test_a_finding_about_small_tables_is_advice_and_says_why(sized):
    result = sized(f'"public.tasks" = 9999\n{ODD} = 10000')

    assert result.ret == 1
    result.assert_outcomes(xfailed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "XFAIL *public.tasks* - advice: public.tasks is heavy",
            "*since public.tasks has 9,999 rows in production (sizes.toml), fewer than lock_rows (10,000).",
            "FAILED *Gr*",
        ]
    )


@pytest.mark.parametrize("sizes", [None, "", f"{ODD} = 5"])
def test_a_table_of_unknown_size_keeps_its_level(sized, sizes):
    result = sized(sizes)

    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILED *public.tasks*"])


def test_the_bound_is_a_setting(sized):
    sizes = f'"public.tasks" = 50\n{ODD} = 49'
    sized(sizes, "--pgproof-lock-rows=50").assert_outcomes(xfailed=1, failed=1)
    sized(sizes, "--pgproof-lock-rows=51").assert_outcomes(xfailed=2)


def test_all_tables_that_weigh_it_have_to_be_small(sized):
    weighed = '{"public.tasks": ("public.tasks", "public.other")}'
    sized(f'"public.tasks" = 5\n{ODD} = 5', weighed=weighed).assert_outcomes(xfailed=1, failed=1)


def test_a_partition_is_no_larger_than_its_root(sized):
    weighed = '{"public.tasks": ("public.tasks_1",)}'
    sized(f'"public.tasks" = 5\n{ODD} = 5', weighed=weighed).assert_outcomes(xfailed=2)
    sizes = f'"public.tasks" = 5\n"public.tasks_1" = 20000\n{ODD} = 5'
    sized(sizes, weighed=weighed).assert_outcomes(xfailed=1, failed=1)


def test_what_is_advice_by_its_size_is_not_accepted_into_the_baseline(sized, project):
    assert sized(f'"public.tasks" = 5\n{ODD} = 5', "--pgproof-accept=r").ret == 0
    assert not (project.root / "migrations" / "pgproof.baseline.toml").exists()


def test_the_tools_own_table_and_one_that_is_gone_by_now_may_be_named(sized):
    assert sized('"public.h" = 3\n"public.tasks" = 5').ret == 1


def test_a_name_that_no_migration_makes_is_an_error_with_the_closest(sized):
    result = sized('"public.taks" = 3\n"public.nothing" = 4')

    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["ERROR: sizes.toml: no migration makes a table public.taks, public.nothing. Did you mean 'public.tasks'?"]
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rows", "*sizes.toml is not valid TOML: *"),
        ("[rows]\n'public.tasks' = -1", "*?rows?: 'public.tasks' must be a number of rows, from 0, and is -1."),
        ("[rows]\n'public.tasks' = true", "*must be a number of rows, from 0, and is True."),
        ("[rows.public]\ntasks = 3", "*'public' must be a number of rows, from 0, and is {'tasks': 3}."),
        ("rows = 3", "*sizes.toml ?rows? must be a table of keys."),
        ("'public.tasks' = 3", "*sizes.toml: 'public.tasks' is unknown.*"),
    ],
)
def test_a_malformed_file_is_one_message(project, text, said):
    (project.root / "migrations" / "sizes.toml").write_text(text)

    result = project.run()

    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()

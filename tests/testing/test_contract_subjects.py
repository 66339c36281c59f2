"""What a contract makes the subjects of a check, and what one item says where it says nothing."""

from __future__ import annotations

import pytest

CHECKS = """
from pgproof import Agreed, Check, Finding, Level, Levels, RowBounds, check, each, needs

GATE = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.GATE)


def record(name):
    return Check(id=name, claim="c", effect="e", remedy="r", runbook="", levels=GATE)


@each("table")
@needs("contract")
@check(record("table-agrees"))
def test_table(table: Agreed, looked):
    looked.at(table.size)
    if table.differences:
        raise Finding(str(table.differences[0]))


@each("constraint")
@needs("contract")
@check(record("constraint-agrees"))
def test_constraint(constraint: Agreed, looked):
    looked.at(constraint.size)


@each("kind")
@needs("contract")
@check(record("kind-agrees"))
def test_kind(kind: Agreed, looked):
    looked.at(kind.size)


@each("table")
@needs("row bounds")
@check(record("rows-agree"))
def test_rows(table: RowBounds, looked):
    looked.at(1)
"""
SCHEMA = """
[tables."public.tasks"]
owner = "o"
partition."public.tasks_1" = ""
constraint.tasks_pkey = "PRIMARY KEY (id)"
[tables."public.gone"]
constraint.gone_pkey = "PRIMARY KEY (id)"
"""


@pytest.fixture
def agreed(project):
    project.checks(CHECKS)

    def write(text: str) -> None:
        (project.root / "migrations" / "contract.toml").write_text(text)

    return write


def ids(project, *words: str) -> list[str]:
    result = project.run("--collect-only", "-q", *words)
    return [line.partition("::")[2] for line in result.outlines if "::" in line]


def test_without_a_contract_one_item_a_check_says_so(project, agreed):
    result = project.run("-rs")

    result.assert_outcomes(skipped=4)
    result.stdout.fnmatch_lines(["*[[]4[]]*not applicable: there is no contract: `pgproof contract` writes one"])


def test_without_a_schema_part_as_well(project, agreed):
    agreed("[migrations.m1]\nirreversible = true\nreason = 'r'\n")
    result = project.run("-rs")

    result.assert_outcomes(skipped=4)
    result.stdout.fnmatch_lines(
        [
            "*[[]3[]]*not applicable: contract.toml has no schema part: `pgproof contract` writes it",
            "*[[]1[]]*not applicable: contract.toml bounds the rows of no table: rows = 3 in the block of a table does",
        ],
        consecutive=False,
    )


def test_bounds_alone_are_no_schema(project, agreed):
    agreed('[tables."public.tasks"]\nrows = 1\n')

    assert ids(project) == [
        "test_table[no-contract]", "test_constraint[no-contract]", "test_kind[no-contract]", "test_rows[public.tasks]",
    ]  # fmt: skip


def test_what_the_contract_names_is_judged_there_or_not(project, agreed):
    agreed(SCHEMA)

    assert ids(project) == [
        "test_table[public.tasks]", "test_table[public.gone]", "test_constraint[public.tasks.tasks_pkey]",
        "test_kind[table]", "test_kind[constraint]", "test_kind[sequence]", "test_kind[index]",
        "test_rows[no-contract]",
    ]  # fmt: skip
    result = project.run("--pgproof-check=table-agrees")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*table public.gone is in the contract and not in the database"])


def test_subjects_of_the_contract_can_be_selected_and_waived(project, agreed):
    agreed(SCHEMA)
    project.settings('[[waiver]]\ncheck = "table-agrees"\nsubject = "public.gone"\nreason = "soon"\n')

    assert ids(project, "--pgproof-subject=public.gone") == ["test_table[public.gone]"]
    assert ids(project, "--pgproof-subject=sequence") == ["test_kind[sequence]"]
    result = project.run()
    assert result.ret == 0
    assert "Waivers that waive nothing" not in result.stdout.str()


def test_workers_see_the_same_subjects(project, agreed):
    agreed(SCHEMA)

    assert project.run("-n2").parseoutcomes() == {"passed": 6, "skipped": 1, "failed": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[table.t]\n", "'table' is unknown. Did you mean 'tables'?"),
        ("[tables.t]\nrows = -1\n", "'rows' must be a number, or a table such as"),
        ("[tables.t]\nrows = { min = 3, max = 2 }\n", "a range whose max is not below its min"),
        ("[tables.t]\nrows = { least = 3 }\n", "'least' is unknown"),
        ("[tables.t]\nrows = { min = true }\n", "'min' must be a whole number from 0"),
        ("[tables.'public.tusks']\nrows = 3\n", "such a table. Did you mean 'public.tasks'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_fault(project, agreed, text, message):
    agreed(text)
    result = project.pytester.runpytest_subprocess(
        "-p", "pgproof", "-p", "fake_walk", "--pgproof-migrations=migrations", "test_scratch.py"
    )

    assert result.ret == 4
    assert message in result.stderr.str()

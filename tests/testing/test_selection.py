"""--check, --subject, activation, and what is said when nothing is left."""

from __future__ import annotations

import pytest
from fake_walk import LINE


@pytest.mark.parametrize(
    ("options", "passed"),
    [
        (["--pgproof-check=comes-back"], 3),
        (["--pgproof-check=comes-back", "--pgproof-check=goes-back"], 4),
        (["--pgproof-subject=m1"], 3),
        (["--pgproof-subject=m1", "--pgproof-subject=m3", "--pgproof-check=comes-back"], 2),
        (['--pgproof-subject=public."Größe ""x"" 表"'], 1),
    ],
)
def test_exact_names_select(project, options, passed):
    result = project.run(*options)

    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == passed


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--pgproof-check=come-back", "--check: there is no check 'come-back'. Did you mean 'comes-back'?"),
        ("--pgproof-subject=public.task", "--subject: nothing is called 'public.task'. Did you mean 'public.tasks'?"),
        ("--pgproof-rows=many", "--rows must be a whole number from 0, and is 'many'."),
        ("--pgproof-rwos=5", "There is no option --pgproof-rwos. Did you mean '--pgproof-rows'?"),
        ("--pgproof-profile=live", "The profile 'live' is for a database that somebody owns"),
    ],
)
def test_what_cannot_be_meant_is_one_message(project, option, message):
    result = project.pytester.runpytest_subprocess(*LINE, option)

    assert result.ret == 4
    text = result.stderr.str()
    assert message in text
    assert "Traceback" not in text
    assert text.count("ERROR") == 1


def test_nothing_selected_says_what_was_asked_for(project):
    result = project.run("--pgproof-check=comes-back", "--pgproof-subject=public.tasks")

    assert result.ret == 4
    result.stdout.fnmatch_lines(
        [
            "pgproof: nothing was selected, so nothing was proved.",
            "Asked for: --check=comes-back --subject=public.tasks.",
        ]
    )


def test_without_a_target_nothing_is_started(project):
    result = project.pytester.runpytest_inprocess("-p", "pgproof", "-rs", "test_scratch.py")

    assert result.ret == 0
    assert project.log() == []
    result.stdout.fnmatch_lines(["*not exercised: pgproof was given no migrations: add --pgproof-migrations=DIR"])


def test_a_projects_own_checks_directory_does_not_activate_it(project):
    own = project.root / "checks"
    own.mkdir()
    (own / "test_own.py").write_text("def test_own():\n    pass\n")

    result = project.pytester.runpytest_inprocess("-p", "pgproof", "checks")

    result.assert_outcomes(passed=1)
    assert project.log() == []


@pytest.mark.parametrize("words", [["--pyargs", "pgproof.checks"], ["--pyargs", "pgproof.checks.test_tables"]])
def test_the_shipped_checks_activate_it(project, words):
    result = project.pytester.runpytest_inprocess("-p", "pgproof", "--collect-only", "-q", *words)

    assert [what for what, _ in project.log()] == ["open", "close"], result.stdout.str()


def test_a_projects_own_tests_run_along(project):
    (project.root / "test_own.py").write_text("def test_own():\n    pass\n")

    result = project.run("test_own.py")

    assert result.parseoutcomes()["passed"] == 11


def test_a_test_that_asks_for_evidence_without_a_target_is_told_how(project):
    (project.root / "test_own.py").write_text("def test_own(preview):\n    pass\n")

    result = project.pytester.runpytest_inprocess("-p", "pgproof", "test_own.py")

    result.stdout.fnmatch_lines(["*add --pgproof-migrations=DIR*"])
    assert result.ret == 1

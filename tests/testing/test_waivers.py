"""Waivers and levels of the settings."""

from __future__ import annotations

WAIVER = '[[waiver]]\ncheck = "applies-again"\nsubject = "m2"\nreason = "JIRA-1"\n'


def test_a_waived_finding_does_not_fail_the_run(project):
    project.settings(WAIVER)

    result = project.run("-rx", "--junit-xml=junit.xml")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["XFAIL *test_again?m2? - waived: JIRA-1 (m2 cannot be applied twice)"])
    assert 'name="outcome" value="waived"' in (project.root / "junit.xml").read_text()


def test_a_waiver_is_of_exactly_one_subject(project):
    project.settings(WAIVER.replace("m2", "m1"))

    result = project.run()

    assert result.ret == 1
    result.stdout.fnmatch_lines(["Waivers that waive nothing", "  applies-again on m1: there is no finding (pass)"])


def test_a_waiver_of_an_unknown_subject_is_reported(project):
    project.settings(WAIVER + WAIVER.replace("m2", "m9"))

    result = project.run("--pgproof-check=applies-again")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["  applies-again on m9: nothing has that name"])


def test_an_expired_waiver_waives_no_more_and_says_so(project):
    project.settings(WAIVER + "until = 2020-01-31\n")

    result = project.run()

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*The waiver expired on 2020-01-31: JIRA-1", "  applies-again on m2: expired on 2020-01-31"]
    )


def test_a_waiver_holds_to_its_last_day(project):
    project.settings(WAIVER + "until = 2999-12-31\n")

    assert project.run().ret == 0


def test_a_level_turns_a_finding_into_advice_or_a_check_off(project):
    project.settings('[levels]\napplies-again = "advice"\ncomes-back = "off"\n')

    result = project.run()

    assert result.ret == 0
    result.assert_outcomes(passed=7, skipped=2, xfailed=2, deselected=4)


def test_a_level_turns_advice_into_a_gate(project):
    project.settings('[levels]\ntable-is-there = "gate"\n')

    assert project.run("--pgproof-check=table-is-there").ret == 1


def test_an_unknown_check_is_one_message_with_the_closest(project):
    project.settings('[levels]\napplies-agian = "off"\n')

    result = project.run()

    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: ?levels?: there is no check 'applies-agian'. Did you mean 'applies-again'?"])

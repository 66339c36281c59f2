"""Findings that are accepted for now: written down once, reported ever after, and missed when they are mended."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

NAME = "pgproof.baseline.toml"
ACCEPT = "--pgproof-accept=found at the start"
TODAY = date.today().isoformat()  # noqa: DTZ011 - as pgproof dates an entry
HELD = "XFAIL *test_again?m2? - baselined: JIRA-1, 2026-01-31 (m2 cannot be applied twice)"


def entry(check="applies-again", subject="m2", said="m2 cannot be applied twice"):
    lines = ("[[accepted]]", f'check = "{check}"', f'subject = "{subject}"', 'reason = "JIRA-1"', "date = 2026-01-31")
    return "\n".join(["", *lines, f'said = "{said}"', ""])


def write(project, *entries):
    (project.root / "migrations" / NAME).write_text("".join(entries))


def read(project):
    text = (project.root / "migrations" / NAME).read_text()
    return {(one["check"], one["subject"]): one for one in tomllib.loads(text).get("accepted", [])}


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_the_findings_of_today_are_written_down_and_do_not_fail(project, workers):
    result = project.run(ACCEPT, *workers)

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "Baselined (accepted, does not fail the run): 1",
            "  applies-again: 1",
            f"Wrote migrations/{NAME}: 1 accepted, 0 kept, 0 taken out.",
            "  accepted: applies-again on m2",
        ]
    )
    assert read(project) == {
        ("applies-again", "m2"): {
            "check": "applies-again", "subject": "m2", "reason": "found at the start",
            "date": date.fromisoformat(TODAY), "said": "m2 cannot be applied twice",
        }
    }  # fmt: skip


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_an_accepted_finding_is_reported_and_does_not_fail(project, workers):
    write(project, entry())

    result = project.run("-rx", "--junit-xml=junit.xml", *workers)

    assert result.ret == 0
    result.stdout.fnmatch_lines([HELD])
    result.stdout.no_fnmatch_line("*mended*")
    assert 'name="outcome" value="baselined"' in (project.root / "junit.xml").read_text()


def test_another_finding_fails_beside_an_accepted_one(project):
    project.settings('[levels]\ntable-is-there = "gate"\n')
    write(project, entry())

    result = project.run()

    assert result.ret == 1
    result.assert_outcomes(passed=10, failed=1, skipped=2, xfailed=1, deselected=1)


def test_a_finding_is_held_by_check_and_subject_both(project):
    write(project, entry(check="comes-back"), entry(subject="m1"))

    result = project.run()

    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "Baselined, and mended (`pgproof baseline` takes them out)",
            "  comes-back on m2: there is no finding (pass)",
            "  applies-again on m1: there is no finding (pass)",
        ]
    )


def test_what_this_run_did_not_judge_is_not_stale(project):
    shy = entry(check="sequence-is-shy", subject="public.tasks_id_seq")
    write(project, entry(), entry(check="comes-back", subject="m1"), shy)

    for selection in ("--pgproof-check=goes-back", "--pgproof-subject=m3", "-k rollback"):
        result = project.run(*selection.split())
        assert result.ret == 0
        result.stdout.no_fnmatch_line("*mended*")

    result = project.run("--pgproof-check=sequence-is-shy")
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*mended*")


def test_what_is_not_reached_is_not_stale(project):
    project.migrations(m2="fails")
    write(project, entry(check="comes-back", subject="m3"), entry(subject="m9"))

    result = project.run("--pgproof-check=comes-back")

    assert result.ret == 0
    result.stdout.no_fnmatch_line("*mended*")


def test_a_subject_that_is_gone_is_stale_even_where_its_check_was_not_run(project):
    write(project, entry(subject="m9"), entry(check="table-is-there", subject="m1 in public.gone"))

    result = project.run("--pgproof-check=goes-back")

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["  applies-again on m9: nothing has that name", "  table-is-there on m1 in *: nothing has that name"]
    )


def test_a_rewrite_keeps_reasons_takes_out_what_is_mended_and_says_so(project):
    project.settings('[levels]\ntable-is-there = "gate"\n')
    write(project, "# by hand\n", entry(check="comes-back"), entry(said="it said something else"), entry(subject="m9"))
    (project.root / "migrations" / NAME).rename(project.root / NAME)

    result = project.run(ACCEPT)

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            f"Wrote {NAME}: 1 accepted, 1 kept, 2 taken out.",
            "  accepted: table-is-there on public.tasks",
            "  taken out: comes-back on m2: there is no finding (pass)",
            "  taken out: applies-again on m9: nothing has that name",
        ]
    )
    (project.root / NAME).rename(project.root / "migrations" / NAME)
    kept, new = read(project).values()
    assert (kept["reason"], kept["date"].isoformat()) == ("JIRA-1", "2026-01-31")
    assert kept["said"] == "m2 cannot be applied twice"
    assert (new["reason"], new["date"].isoformat()) == ("found at the start", TODAY)


def test_a_rewrite_of_a_part_keeps_the_rest(project):
    write(project, entry(), entry(check="sequence-is-shy", subject="public.tasks_id_seq"))

    assert project.run(ACCEPT, "--pgproof-check=comes-back").ret == 0

    assert len(read(project)) == 2


def test_the_file_is_the_same_however_often_it_is_written(project):
    project.settings('[levels]\ntable-is-there = "gate"\n')
    project.run(ACCEPT)
    path = project.root / NAME
    first = path.read_text()

    project.run(ACCEPT.replace("start", "end"), "-n2")

    assert path.read_text() == first
    assert first.index("applies-again") < first.index("table-is-there")


def test_advice_waivers_and_what_was_not_exercised_are_not_accepted(project):
    project.settings('[[waiver]]\ncheck = "applies-again"\nsubject = "m2"\nreason = "r"\n')

    result = project.run(ACCEPT, "--pgproof-require-exercised")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["not exercised: no rows in public.tasks (--require-exercised)"])
    result.stdout.fnmatch_lines([f"There is nothing to accept: {NAME} was not written."])
    assert not (project.root / NAME).exists()


def test_a_fault_of_pgproof_is_never_accepted(project):
    project.checks((project.root / "test_scratch.py").read_text() + "\n    assert False\n")

    result = project.run(ACCEPT)

    assert result.ret == 3
    result.stdout.fnmatch_lines(["The baseline was not written: pgproof itself failed."])
    assert not (project.root / "migrations" / NAME).exists()


def test_a_file_that_cannot_be_written_is_one_message(project):
    result = project.run(ACCEPT, "--pgproof-baseline=nowhere/b.toml")

    assert result.ret == 4
    result.stdout.fnmatch_lines(["The baseline was not written: *b.toml cannot be written: No such file or directory."])


def test_a_file_that_is_named_has_to_be_there_unless_it_is_written(project):
    assert project.run("--pgproof-baseline=own.toml").ret == 4
    assert project.run("--pgproof-baseline=own.toml", ACCEPT).ret == 0
    assert project.run("--pgproof-baseline=own.toml").ret == 0
    assert (project.root / "own.toml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[accepted]", "*pgproof.baseline.toml is not valid TOML: *"),
        ("accepted = 3", "*'accepted' must be a list of tables, each written ??accepted??, and is 3."),
        ("accepted = [3]", "*pgproof.baseline.toml ??accepted?? must be a table of keys."),
        (entry().replace("reason", "why"), "*??accepted??: 'reason' is missing."),
        (entry().replace("2026-01-31", '"soon"'), "*'date' must be a date such as 2026-12-31, and is 'soon'."),
        (entry() + "untill = 3\n", "*??accepted??: 'untill' is unknown.*"),
        (entry(check="applies-agian"), "*there is no check 'applies-agian'. Did you mean 'applies-again'?"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_one_message(project, text, said):
    write(project, text)

    result = project.run()

    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_of_two_entries_for_one_finding_the_first_counts(project):
    write(project, entry(), entry().replace("JIRA-1", "JIRA-2"))

    result = project.run("-rx")

    assert result.ret == 0
    result.stdout.fnmatch_lines([HELD])

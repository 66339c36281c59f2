"""The JUnit report: valid, with properties on every testcase, and never somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

SCHEMA = Path(__file__).with_name("junit-10.xsd").read_text()
ONE_LINE = '<xs:element ref="properties"/>'
PLACE = '<xs:element name="skipped" type="verdict"/>'
REPORT = "--junit-xml=reports/junit.xml"


def report(project):
    return etree.parse(project.root / "reports" / "junit.xml")


def properties(project):
    cases = report(project).iter("testcase")
    found = [{prop.get("name"): prop.get("value") for prop in case.iter("property")} for case in cases]
    return {(case["check"], case["subject"]): case for case in found}


def faults(text, document):
    schema = etree.XMLSchema(etree.fromstring(text.encode()))
    schema.validate(document)
    return {error.message for error in schema.error_log}


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_it_is_valid_but_for_properties_in_testcase(project, workers):
    project.run(REPORT, *workers)

    assert faults(SCHEMA.replace(PLACE, ONE_LINE + PLACE), report(project)) == set()
    assert faults(SCHEMA, report(project))
    assert all("'properties'" in fault for fault in faults(SCHEMA, report(project)))


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_every_testcase_has_its_properties(project, workers):
    project.run(REPORT, *workers)
    found = properties(project)

    assert len(found) == 14
    assert found["applies-again", "m2"] == {
        "check": "applies-again", "subject": "m2", "migration": "m2", "runbook": "検証項目 1", "outcome": "fail",
        "looked_at": "1",
    }  # fmt: skip
    assert found["comes-back", "m1"]["note"] == "undone in 2.5 s at postgres://u:***@h/d"
    assert found["table-is-there", "public.tasks"] == {
        "check": "table-is-there", "subject": "public.tasks", "migration": "m1", "outcome": "advice", "looked_at": "1",
    }  # fmt: skip
    assert found["table-is-there", 'public."Größe ""x"" 表"']["outcome"] == "pass"
    assert found["sequence-is-shy", "public.tasks_id_seq"]["outcome"] == "not exercised"
    assert found["key-is-meaningless", "public.tasks.tasks_user_fkey"]["outcome"] == "not applicable"
    assert found["goes-back", "history"]["outcome"] == "pass"


def test_no_secret_and_no_traceback_in_it(project):
    project.run(REPORT)
    text = (project.root / "reports" / "junit.xml").read_text()

    assert "PASSWORD '***'" in text
    assert "hunter2" not in text
    assert "Traceback" not in text


def test_the_time_of_a_probe_counts_for_who_asked_for_it(project):
    project.run(REPORT)
    seconds = {case.get("name"): float(case.get("time")) for case in report(project).iter("testcase")}

    assert seconds["test_again[m1]"] >= 2.5
    assert seconds["test_table[public.tasks]"] < 2.5


def test_an_unwritable_report_is_refused_before_anything_runs(project):
    (project.root / "reports").write_text("a file")

    result = project.run(REPORT)

    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: The JUnit report cannot be written to *reports/junit.xml: *", "Name another*"])
    assert project.log() == []


def test_an_earlier_report_does_not_outlive_a_run_that_proved_nothing(project):
    (project.root / "reports").mkdir()
    (project.root / "reports" / "junit.xml").write_text("<green/>")
    project.migrations(m2="lost server")

    assert project.run(REPORT).ret == 4
    assert not (project.root / "reports" / "junit.xml").exists()


def test_a_look_at_the_list_takes_no_evidence_away(project):
    project.run("--pgproof-evidence=kept")
    kept = sorted((project.root / "kept").iterdir())
    project.run("--pgproof-evidence=kept", "--collect-only")

    assert sorted((project.root / "kept").iterdir()) == kept

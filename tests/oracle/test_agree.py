"""A report that says something else than the oracle is found out, whichever check says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .agree import disagreements, outcomes
from .classify import Attempt, Fate, Verdict
from .files import Files
from .programs import Refusal

CHAIN = ("down-is-written", "down-runs", "rollback-restores-schema", "rollback-restores-data", "redo-reaches-the-same")
ALL = (
    "migration-applies",
    "migration-applies-to-rows",
    "double-apply-succeeds",
    "double-apply-keeps-schema",
    "double-apply-keeps-data",
    *CHAIN,
)
REFUSED = Refusal(sqlstate="23502", message="null value")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    down = tmp_path / "1.down.sql"
    down.write_text("SELECT 1")
    return Files(version="1", up=tmp_path / "1.up.sql", down=down)


def verdict(
    again: Fate = Fate.SAME, down: Fate = Fate.SAME, redo: Fate = Fate.SAME, *, is_refused: bool = False
) -> Verdict:
    return Verdict(
        version="1",
        refusal=REFUSED if is_refused else None,
        again=Attempt(fate=again),
        down=Attempt(fate=down),
        redo=Attempt(fate=redo),
    )


def said(**changed: str) -> dict[tuple[str, str], str]:
    """Return a report in which every claim holds, but for what is given (``_`` for ``-``)."""
    return {(check, "1"): changed.get(check.replace("-", "_"), "pass") for check in ALL}


def test_a_good_migration_has_to_pass_everything(files: Files) -> None:
    assert disagreements([files], [verdict()], said()) == []


@pytest.mark.parametrize("check", ALL)
def test_a_false_alarm_is_found(files: Files, check: str) -> None:
    (found,) = disagreements([files], [verdict()], said(**{check.replace("-", "_"): "fail"}))
    assert found.startswith(f"1: {check} is 'fail'")


@pytest.mark.parametrize("check", ALL)
def test_a_missing_or_broken_outcome_is_found(files: Files, check: str) -> None:
    report = said(**{check.replace("-", "_"): "error"})
    assert len(disagreements([files], [verdict()], report)) == 1
    del report[check, "1"]
    (found,) = disagreements([files], [verdict()], report)
    assert "no outcome" in found


@pytest.mark.parametrize(
    ("judged", "check"),
    [
        (verdict(again=Fate.REFUSED), "double-apply-succeeds"),
        (verdict(again=Fate.SCHEMA), "double-apply-keeps-schema"),
        (verdict(again=Fate.ROWS), "double-apply-keeps-data"),
        (verdict(again=Fate.BOTH), "double-apply-keeps-data"),
        (verdict(down=Fate.REFUSED), "down-runs"),
        (verdict(down=Fate.SCHEMA), "rollback-restores-schema"),
        (verdict(down=Fate.BOTH), "rollback-restores-schema"),
        (verdict(down=Fate.ROWS), "rollback-restores-data"),
        (verdict(redo=Fate.REFUSED), "redo-reaches-the-same"),
        (verdict(redo=Fate.ROWS), "redo-reaches-the-same"),
        (verdict(is_refused=True), "migration-applies-to-rows"),
    ],
)
def test_a_fault_that_passed_is_found(files: Files, judged: Verdict, check: str) -> None:
    found = disagreements([files], [judged], said())
    assert f"1: {check} is 'pass'" in "\n".join(found)


def test_a_fault_that_was_not_looked_at_is_found(files: Files) -> None:
    skipped = said(rollback_restores_data="not exercised", redo_reaches_the_same="not reached")
    assert len(disagreements([files], [verdict(down=Fate.ROWS)], skipped)) == 1


def test_an_empty_down_after_a_change_is_a_missing_down(files: Files) -> None:
    assert files.down is not None
    files.down.write_text("-- nothing\n/* at all */\n")
    judged = verdict(down=Fate.SCHEMA)
    assert disagreements([files], [judged], said(down_is_written="fail")) == []
    assert disagreements([files], [judged], said(rollback_restores_schema="fail")) != []


def test_outcomes_are_read_by_their_properties(tmp_path: Path) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(
        """<testsuites><testsuite><testcase name="x[1]"><properties>
        <property name="check" value="down-runs"/><property name="subject" value="1"/>
        <property name="outcome" value="fail"/></properties></testcase></testsuite></testsuites>"""
    )
    assert outcomes(report) == {("down-runs", "1"): "fail"}

"""The short way of `pgproof verify`: the same results as pytest's own, and only where nobody could tell."""

from __future__ import annotations

import gc
import xml.etree.ElementTree as ET

import pytest
from fake_walk import LINE

from pgproof.testing import given, quick
from pgproof.testing.options import COMMAND_INI

STRANGER = """
import pytest

def pytest_runtest_call(item):
    print("a stranger looks at", item.name)
"""
MORE = """
import os
import pytest

@each("migration")
@check(record("ends"))
def test_end(migration, step, end, preview, history, steps, contract, met, redone, looked):
    looked.at(len(steps))
    assert (history, contract) == (preview.history, contract)

@each("migration")
@check(record("has-a-bug"))
def test_bug(migration, looked):
    looked.at(1)
    if migration.version == "m3":
        raise ZeroDivisionError(os.environ.get("NOTHING"))

@each("history")
@check(record("looks-away"))
def test_looks_away(history, looked):
    pass
"""


@pytest.fixture(autouse=True)
def _collector_as_before():
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture
def command(project, monkeypatch):
    """Run the scratch checks as the command would; ``command.went`` are the items that went the short way."""
    went = []
    protocol = quick.Quick.pytest_runtest_protocol

    def seen(self, item):
        went.append(item.name)
        return protocol(self, item)

    def run(*words):
        return project.pytester.runpytest_inprocess("-c", COMMAND_INI, f"--rootdir={project.root}", *LINE, *words)

    monkeypatch.setattr(quick.Quick, "pytest_runtest_protocol", seen)
    run.went = went
    return run


def cases(path):
    """Return what a JUnit report says of each testcase, but for times and lines of pgproof itself."""
    found = []
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 - our own report
        said = [(p.get("name"), p.get("value")) for p in case.iter("property")]
        outcome = [(c.tag, c.get("type"), c.get("message")) for c in case if c.tag != "properties"]
        found.append((case.get("classname"), case.get("name"), said, outcome))
    return found


def said(result):
    """Return the lines of the terminal that speak of items."""
    lines = (line.split(" in 0.")[0].rstrip("= ") for line in result.stdout.lines)
    return [line for line in lines if line.startswith(("test_scratch", "FAILED", "SKIPPED", "XFAIL", "=", "E  ", "["))]


@pytest.mark.parametrize(
    "words", [[], ["-x"], ["--maxfail=2"], ["-v", "-ra"], ["-k", "again or table"], ["--tb=short"], ["--co"]]
)
def test_results_are_those_of_the_long_way(project, command, monkeypatch, words):
    project.checks((project.root / "test_scratch.py").read_text() + MORE)
    report = "--junit-xml=short.xml", "-p", "no:cacheprovider"
    short = command(*words, *report)
    assert bool(command.went) == ("--co" not in words)
    short_cases = cases(project.root / "short.xml") if "--co" not in words else []
    monkeypatch.setattr(quick, "_is_possible", lambda *_: False)
    monkeypatch.setattr(given, "_plan_of", lambda _: None)
    command.went.clear()

    long = command(*words, *report)

    assert command.went == []
    assert said(short)
    assert (short.ret, said(short)) == (long.ret, said(long))
    assert short_cases == (cases(project.root / "short.xml") if "--co" not in words else [])


def test_a_worker_of_xdist_goes_the_same_way(project, command):
    command("--junit-xml=alone.xml")
    words = ("-c", COMMAND_INI, f"--rootdir={project.root}", *LINE, "-n2", "--junit-xml=shared.xml")

    result = project.pytester.runpytest_subprocess(*words)

    assert result.ret == 1
    assert sorted(map(str, cases(project.root / "alone.xml"))) == sorted(map(str, cases(project.root / "shared.xml")))


@pytest.mark.parametrize(
    ("words", "goes_short"),
    [
        (["-p", "no:logging"], True),
        (["--durations=2"], True),
        (["-p", "stranger"], False),
        (["--pdb"], False),
        (["--setup-show"], False),
        (["--log-level=INFO"], False),
        (["-o", "log_cli=true"], False),
    ],
)
def test_whoever_wants_to_see_each_item_does(project, command, words, goes_short):
    (project.root / "stranger.py").write_text(STRANGER)
    project.pytester.syspathinsert()

    result = command(*words, "-k", "down")

    assert result.ret == 0
    assert bool(command.went) == goes_short


ODD = """
import pytest

@pytest.fixture
def own(): yield 1

@check(record("odd"))
@each("migration")
def test_odd(migration, looked): looked.at(1)
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@check(", "@pytest.mark.skip(reason='not today')\n@check("),
        ("migration, looked", "migration, own, looked"),
        ("def own", "def preview"),
        ("@pytest.fixture", "@pytest.fixture(autouse=True)"),
        (
            '@check(record("odd"))\n@each("migration")\ndef test_odd(migration, looked): looked.at(1)',
            "def test_odd(): pass",
        ),
    ],
)
def test_what_is_not_pgproofs_alone_is_pytests(project, command, one, other):
    assert one in ODD
    wants_it = ODD.replace("(migration, looked", "(migration, preview, looked") if "preview" in other else ODD
    project.checks((project.root / "test_scratch.py").read_text() + wants_it.replace(one, other))

    result = command("-rs", "-k", "odd")

    assert result.ret == 0
    assert ("not today" in result.stdout.str()) == ("not today" in other)
    assert command.went == []


def test_plain_pytest_goes_the_long_way(project, command):
    project.run()

    assert command.went == []


OVERRIDES = """
import pytest

@pytest.fixture
def {name}():
    yield {value}

@each("migration")
@check(record("odd"))
def test_odd(migration, applied_again, looked):
    looked.at(applied_again.seconds if applied_again != "mine" else 7)
"""


@pytest.mark.parametrize(
    ("name", "value"), [("applied_again", "'mine'"), ("step", "type('Mine', (), {'again': 'mine'})")]
)
def test_an_overridden_fixture_is_what_a_check_is_given(project, name, value):
    source, _, _ = (project.root / "test_scratch.py").read_text().partition('@each("migration")')
    project.checks(source + OVERRIDES.format(name=name, value=value))

    result = project.run("--junit-xml=j.xml")

    assert result.ret == 0
    assert [dict(said)["looked_at"] for _, _, said, _ in cases(project.root / "j.xml")] == ["7"] * 3


def test_ctrl_c_in_a_check_ends_the_run(project):
    project.checks(
        (project.root / "test_scratch.py").read_text()
        + "\n@each('migration')\n@check(record('slow'))\ndef test_slow(migration): raise KeyboardInterrupt\n"
    )
    words = (*LINE, "-k", "slow or down", "--junit-xml=j.xml")
    ends = []

    for way in ((), ("-c", COMMAND_INI, f"--rootdir={project.root}")):
        result = project.pytester.runpytest_subprocess(*way, *words)
        assert project.log()[-1][0] == "close"
        ends.append((result.ret, cases(project.root / "j.xml")))

    assert ends[0][0] == pytest.ExitCode.INTERRUPTED
    assert ends[0] == ends[1]


def test_the_command_makes_the_collector_rare_and_pytest_alone_does_not(project, command):
    before = gc.get_threshold()
    project.run("-k", "down")
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)

    command("-k", "down")

    assert gc.get_threshold()[0] > before[0]
    assert gc.get_freeze_count() > 0


def test_a_failure_shows_what_its_teardown_said_and_durations_stay(project, command):
    result = command("--durations=5", "-vv")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["*slowest 5 durations*", "2.50s call*test_again*"])

"""The oracle tells apart what is known to be wrong with each generated migration."""

from __future__ import annotations

from pathlib import Path

import pytest
from histories.generated import HISTORY, Written, write, write_rows

from .classify import Fate, State, Verdict, classify
from .files import pairs
from .programs import Programs

AGAIN = {
    "refused": Fate.REFUSED, "unchanged": Fate.SAME, "schema": Fate.SCHEMA, "rows": Fate.ROWS, "both": Fate.BOTH,
}  # fmt: skip
DIFFERENT = {Fate.SCHEMA, Fate.ROWS, Fate.BOTH}


@pytest.fixture(scope="module", params=["empty", "rows"])
def judged(request: pytest.FixtureRequest, programs: Programs, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("history")
    state = State()
    if request.param == "rows":
        emptied = {str(n): (one.empties,) for n, one in enumerate(HISTORY, 1) if one.empties}
        state = State(rows=write_rows(folder / "rows"), emptied=emptied)
    return request.param, classify(programs, pairs(write(folder / "migrations")), state)


def test_every_migration_is_judged_as_it_was_written(judged: tuple[str, list[Verdict]]) -> None:
    where, verdicts = judged
    assert len(verdicts) == len(HISTORY)
    assert [wrong for pair in zip(HISTORY, verdicts, strict=True) if (wrong := _wrong(where, *pair))] == []


def test_a_refusal_carries_its_sqlstate(judged: tuple[str, list[Verdict]]) -> None:
    where, verdicts = judged
    states = [v.refusal.sqlstate for v in verdicts if v.refusal is not None]
    assert states == {"empty": ["42P01"], "rows": ["23502", "23502", "23505", "22P02", "42P01"]}[where]


def test_an_empty_table_gives_another_verdict_than_rows(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "1_a.up.sql").write_text("CREATE TABLE t (id int PRIMARY KEY, v text)")
    (tmp_path / "2_b.up.sql").write_text("UPDATE t SET v = v || '!'")
    (tmp_path / "2_b.down.sql").write_text("UPDATE t SET v = v")
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "2.sql").write_text("INSERT INTO t VALUES (1, 'one'), (2, NULL)")
    _, empty = classify(programs, pairs(tmp_path), State())
    _, filled = classify(programs, pairs(tmp_path), State(rows=tmp_path / "rows"))
    assert (empty.again.fate, empty.down.fate, empty.redo.fate) == (Fate.SAME, Fate.SAME, Fate.SAME)
    assert (filled.again.fate, filled.down.fate, filled.redo.fate) == (Fate.ROWS, Fate.ROWS, Fate.ROWS)


def _wrong(where: str, one: Written, verdict: Verdict) -> str:
    applies = one.applies == "always" or (one.applies == "on empty" and where == "empty")
    if applies != (verdict.refusal is None):
        return f"{one.name}: {verdict.refusal}"
    if one.applies == "never":
        return ""
    if verdict.again.fate != AGAIN[one.is_again]:
        return f"{one.name}: again {verdict.again}"
    is_down = {"fails on rows": "fails" if where == "rows" else "good"}.get(one.is_down, one.is_down)
    wanted = {"good": {Fate.SAME}, "nothing": DIFFERENT, "traces": DIFFERENT, "fails": {Fate.REFUSED}}[is_down]
    if verdict.down.fate in wanted:
        return ""
    return f"{one.name}: down {verdict.down}"

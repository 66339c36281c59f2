"""Entries of the contract that match nothing: errors where the migration rules it out, else said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Column, Constraint, Table
from pgproof.contract import Contract, DataChange
from pgproof.data.change import ColumnChange, TableChange
from pgproof.errors import UsageFault
from pgproof.testing.declared import demand_matched
from pgproof.tool import Failure, History, HistoryTable, Migration, Ran
from pgproof.walk.evidence import Difference, End, Preview, Step

T, C = 'public."Größe t"', 'public."Größe t"."c d"'
STEP = Step(position=0, version="m1", file="m1.up.sql", mode="transaction", rows_before={T: 20, "public.u": 20})
CASCADE = Constraint(
    identity=f"{T}.fk", table=T, name="fk", type="foreign key", columns=("c d",), references="public.u",
    definition='FOREIGN KEY ("c d") REFERENCES public.u(id) ON DELETE CASCADE ON UPDATE CASCADE',
)  # fmt: skip
PLAIN = replace(CASCADE, definition='FOREIGN KEY ("c d") REFERENCES public.u(id)')


def table(identity, **more):
    return Table(identity=identity, owner="o", persistence="permanent", variety="table", **more)


class Evidence:
    """What a walk of one migration recorded."""

    def __init__(self, tmp_path, text, step, end=None, **preview):
        up = tmp_path / "m1.up.sql"
        up.write_text(text, encoding="utf-8")
        migration = Migration(version="m1", up=up, down=None, mode="transaction")
        self._step, self.end = step, end
        self.preview = Preview(
            server="", server_version=0, tool="sql (named)",
            history=History(root=tmp_path, layout="named", migrations=(migration,), has_downs=True),
            history_table=HistoryTable(schema="public", table="h", version="v", applied_at=None),
            **{"catalog": Catalog(tables=(table(T), table("public.u"))), **preview},
        )  # fmt: skip

    def step(self, version):
        assert version == "m1"
        return self._step


def contract(*, deletes=(), rewrites=()):
    change = DataChange(deletes=dict.fromkeys(deletes, "any"), rewrites=tuple(rewrites), reason="r")
    return Contract(file="contract.toml", migrations={"m1": change})


def changed(*changes):
    return replace(STEP, change=Difference(rows=changes))


LOST = TableChange(table=T, rows_before=20, lost=3)
REWRITTEN = TableChange(table=T, columns=(ColumnChange(column="c d", held=9, changed=1),))
RETYPED = TableChange(table=T, columns=(ColumnChange(column="c d", held=9, is_retyped=True),))
FILLED = TableChange(table=T, columns=(ColumnChange(column="c d", held=9, filled=1),))
DROPPED = TableChange(table=T, columns=(ColumnChange(column="c d", held=9, is_dropped=True),))


@pytest.mark.parametrize(
    ("entries", "change"),
    [({"deletes": [T]}, LOST), ({"rewrites": [C]}, REWRITTEN), ({"rewrites": [C]}, RETYPED)],
)
def test_what_was_seen_needs_no_reason(tmp_path, entries, change):
    assert demand_matched(contract(**entries), Evidence(tmp_path, "SELECT 1", changed(change))) == ()


@pytest.mark.parametrize(
    ("entries", "text", "step", "why"),
    [
        ({"deletes": [T]}, "DELETE FROM u", STEP, f"deletes {T}, and it deletes no row of that table."),
        ({"deletes": [T]}, 'UPDATE "Größe t" SET "c d" = 1', changed(REWRITTEN), "deletes no row of that table"),
        ({"rewrites": [C]}, 'UPDATE "Größe t" SET other = 1', STEP, f"rewrites {C}, and it writes no value of that"),
        ({"rewrites": [C]}, 'DELETE FROM "Größe t"', changed(LOST), "writes no value of that column"),
        ({"rewrites": [C]}, 'ALTER TABLE "Größe t" DROP "c d"', changed(DROPPED), "writes no value of that column"),
        ({"deletes": ["public.v"]}, "DELETE FROM v", STEP, "no such table with rows of its own is there before it"),
        ({"rewrites": ["public.v.c"]}, "UPDATE v SET c = 1", STEP, "no such table with rows of its own"),
        ({"deletes": [T]}, "SELECT 1", replace(STEP, rows_before={T: 0}), "deletes no row of that table"),
    ],
)
def test_what_can_never_be_is_an_error(tmp_path, entries, text, step, why):
    with pytest.raises(UsageFault) as raised:
        demand_matched(contract(**entries), Evidence(tmp_path, text, step))

    assert raised.value.message.startswith('contract.toml: [migrations."m1"] ')
    assert why in raised.value.message
    assert "Take that out of the contract" in raised.value.remedy


def test_all_errors_are_named_at_once(tmp_path):
    with pytest.raises(UsageFault) as raised:
        demand_matched(contract(deletes=[T, "public.u"], rewrites=[C]), Evidence(tmp_path, "SELECT 1", STEP))

    assert len(raised.value.message.splitlines()) == 3


UNMOVED = Ran(line=4, kind="DELETE", rows=0, moves_data=True, tables=("t",))


@pytest.mark.parametrize(
    ("entries", "text", "step", "why"),
    [
        ({"deletes": [T]}, 'DELETE FROM "Größe t"', replace(STEP, ran=(UNMOVED,)), "DELETE in line 4 touched no row"),
        ({"deletes": [T]}, 'DELETE FROM "Größe t"', replace(STEP, rows_before={T: 0}, unfilled={T: "its CHECK"}),
         f"{T} held no row before it (its CHECK)"),
        ({"deletes": [T]}, "SELECT 1", replace(STEP, emptied=(T,)), f"so {T} had to be emptied"),
        ({"deletes": [T]}, 'DELETE FROM "Größe t"', changed(replace(LOST, lost=0, not_compared="6,000 rows")),
         f"{T} was not compared: 6,000 rows"),
        ({"deletes": [T]}, "DO $$ BEGIN PERFORM 1; END $$", STEP, "no such row was there"),
        ({"rewrites": [C]}, 'UPDATE "Größe t" SET "c d" = 1 WHERE "c d" IS NULL', changed(FILLED),
         "it only filled NULLs, which needs no declaration"),
        ({"rewrites": [C]}, 'UPDATE "Größe t" SET "c d" = lower("c d")', STEP, "no such row was there"),
        ({"deletes": [T]}, "DELETE FROM a_view", STEP, "no such row was there"),
    ],
)  # fmt: skip
def test_what_may_be_and_was_not_seen_is_said(tmp_path, entries, text, step, why):
    (said,) = demand_matched(contract(**entries), Evidence(tmp_path, text, step))

    assert said.startswith('[migrations."m1"] ')
    assert said.endswith(why)


CATALOG = Catalog(tables=(table(T), table("public.u")))
GENERATED = Column(identity=C, table=T, name="c d", type="text", nullable=True, generated="lower(x)")


@pytest.mark.parametrize(
    ("entries", "text", "more"),
    [
        ({"deletes": [T]}, "DELETE FROM u", {"catalog": replace(CATALOG, constraints=(CASCADE,))}),
        ({"rewrites": [C]}, "UPDATE u SET id = 1", {"catalog": replace(CATALOG, constraints=(CASCADE,))}),
        ({"deletes": [T]}, "DELETE FROM u", {"first_seen": {f"constraint {T}.gone": "m1"}}),
        ({"deletes": [T]}, "INSERT INTO u VALUES (1)", {"first_seen": {"trigger public.u.x": "m1"}}),
        ({"deletes": [T]}, "DELETE FROM u", {"catalog": replace(CATALOG, tables=(*CATALOG.tables,
                                                                  table("public.p", partition_of=T)))}),
        ({"rewrites": [C]}, 'UPDATE "Größe t" SET x = 1', {"catalog": replace(CATALOG, columns=(GENERATED,))}),
    ],
)  # fmt: skip
def test_what_one_statement_leads_to_in_turn_may_be(tmp_path, entries, text, more):
    assert len(demand_matched(contract(**entries), Evidence(tmp_path, text, STEP, **more))) == 1


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("UPDATE u SET id = 1", {"catalog": replace(CATALOG, constraints=(CASCADE,))}),  # takes no row along
        ("DELETE FROM u", {"catalog": replace(CATALOG, constraints=(PLAIN,))}),
        ("DELETE FROM u", {"catalog": replace(CATALOG, constraints=(PLAIN,)),
                           "first_seen": {f"constraint {T}.fk": "m1"}}),
        ("CREATE INDEX i ON u (id)", {"first_seen": {"trigger public.u.x": "m1"}}),
    ],
)  # fmt: skip
def test_what_leads_to_nothing_rules_it_out(tmp_path, text, more):
    with pytest.raises(UsageFault, match="deletes no row"):
        demand_matched(contract(deletes=[T]), Evidence(tmp_path, text, STEP, **more))


def test_a_step_that_was_not_reached_is_said_and_one_that_was_not_asked_for_is_not(tmp_path):
    stopped = End(version="", stopped="m0", catalog=Catalog())
    entries = contract(deletes=[T])

    assert demand_matched(entries, Evidence(tmp_path, "SELECT 1", None)) == ()
    said = ('[migrations."m1"] deletes ' + T + ": m0 does not apply",)
    assert demand_matched(entries, Evidence(tmp_path, "SELECT 1", None, stopped)) == said
    failed = replace(STEP, on_empty=Failure(sqlstate="42601", message="syntax error"))
    assert demand_matched(entries, Evidence(tmp_path, "SELECT 1", failed, replace(stopped, stopped="m0"))) == said

"""From rows of pg_catalog to the objects of the model."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import permutations
from typing import Any

from pgproof.catalog import canonical, naming, relations
from pgproof.catalog.model import (
    Extension,
    Function,
    Grant,
    Object,
    Policy,
    Rule,
    Schema,
    Sequence,
    Trigger,
    Type,
    View,
)
from pgproof.catalog.place import Member, Place
from pgproof.catalog.rare import DECLARED, Declared, Statistics
from pgproof.catalog.session import Row, Rows

_FEW = 4
"""Columns of which every order is tried."""


class Build:
    """Makes objects while rows come in, statement by statement in the order of ``statements.ORDER``."""

    def __init__(self, window: canonical.Window, meanwhile: Callable[[], object] = bool) -> None:
        self._place = Place(window, meanwhile)
        self._not_nulls: dict[tuple[int, int], Row] = {}
        self._constraints = Rows()
        self._are_constraints_made = False

    def add(self, name: str, rows: Rows) -> None:
        """Add what one statement returned."""
        match name:
            case "comment":
                self._place.comments |= {(catalog, number, part): said for catalog, number, part, said in rows.tuples}
            case "mentioned":
                relations.mentioned(self._place, rows)
            case "not_null":
                self._not_nulls = relations.not_nulls(rows)
            case "constraint":
                self._constraints = rows
            case "table":
                relations.tables(self._place, rows)
            case "column":
                relations.columns(self._place, rows, self._not_nulls)
            case "index":
                relations.indexes(self._place, rows, relations.backing(self._constraints))
                self._make_constraints()
            case _:
                for row in rows.dicts():
                    _MAKERS[name](self._place, row)

    def units(self) -> Mapping[int, list[Member]]:
        """Return the objects of each unit."""
        self._make_constraints()
        return self._place.units

    def _make_constraints(self) -> None:
        """Make them once all is there that they mention: tables, columns, types and indexes."""
        if not self._are_constraints_made:
            relations.constraints(self._place, self._constraints)
            self._are_constraints_made = True


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking, over and over, at objects that all live on: a third of the time."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def _view(place: Place, row: Row) -> None:
    place.identities[row["unit"]], place.names[row["unit"]] = row["identity"], row.pop("name")
    row["definition"] = place.window.steady(canonical.view_definition(row["definition"]))
    row["columns"], row["options"] = tuple(row.get("columns", ())), tuple(row.get("options", ()))
    _put(place, row, View, "pg_class", row["unit"])


def _sequence(place: Place, row: Row) -> None:
    name, table, column = row.pop("name"), row.pop("table_name", ""), row.pop("column_name", "")
    label = row.pop("label", column)
    if table:
        row["owned_by"] = f"{row['owner_table']}.{label}"
    row["is_name_generated"] = bool(table) and naming.is_generated(name, "seq", table, (column,))
    _put(place, row, Sequence, "pg_class", row["unit"])


def _type(place: Place, row: Row) -> None:
    place.identities[row["unit"]], place.names[row["unit"]] = row["identity"], row.pop("name")
    row["labels"], row["attributes"] = tuple(row.get("labels", ())), tuple(row.get("attributes", ()))
    place.steady(row, "default")
    _put(place, row, Type, "pg_type", row["member"])


def _function(place: Place, row: Row) -> None:
    place.steady(row, "definition")
    _put(place, row, Function, "pg_proc", row["member"])


def _schema(place: Place, row: Row) -> None:
    _put(place, row, Schema, "pg_namespace", row["member"])


def _extension(place: Place, row: Row) -> None:
    _put(place, row, Extension, "pg_extension", row["member"])


def _trigger(place: Place, row: Row) -> None:
    _attach(place, row, Trigger, "pg_trigger")


def _rule(place: Place, row: Row) -> None:
    _attach(place, row, Rule, "pg_rewrite")


def _policy(place: Place, row: Row) -> None:
    row["roles"] = tuple(row["roles"])
    _attach(place, row, Policy, "pg_policy")


def _statistics(place: Place, row: Row) -> None:
    table, columns = place.identities.get(row["unit"]), row.pop("columns")
    if table is not None:
        orders = permutations(columns) if len(columns) <= _FEW else [tuple(columns)]  # the one that was written is lost
        chosen = (naming.is_generated(row["name"], "stat", place.names[row["unit"]], order) for order in orders)
        row |= {"table": table, "is_name_generated": any(chosen)}
        place.steady(row, "definition")
        _put(place, row, Statistics, "pg_statistic_ext", row["member"])


def _declared(kind: type[Declared], place: Place, row: Row) -> None:
    row["definition"] = tuple(map(place.window.steady, row.get("definition", ())))
    place.put(row.pop("unit"), 0, kind(**row))


def _attach(place: Place, row: Row, kind: type[Object], catalog: str) -> None:
    """Add an object that is named within its table."""
    table = place.identities.get(row["unit"])
    if table is not None:
        row["table"], row["identity"] = table, f"{table}.{row.pop('label')}"
        place.steady(row, "definition", "using", "check")
        _put(place, row, kind, catalog, row["member"])


def _put(place: Place, row: Row, kind: type[Any], catalog: str, number: int) -> None:
    unit, member = row.pop("unit"), row.pop("member")
    place.put(unit, member, kind(**row, comment=place.comment(catalog, number)))


def _grant(place: Place, row: Row) -> None:
    way = "from" if row["is_revoked"] else "to"
    place.put(row["unit"], 0, Grant(
        identity=f"{row['kind']} {row['object']} {way} {row['grantee']}",
        privileges=canonical.privileges(row["kind"], row["privileges"]),
        is_revoked=row["is_revoked"],
    ))  # fmt: skip


_MAKERS: Mapping[str, Callable[[Place, Row], None]] = {
    "view": _view, "sequence": _sequence, "type": _type, "function": _function, "schema": _schema,
    "extension": _extension, "trigger": _trigger, "rule": _rule, "policy": _policy, "grant": _grant,
    "rare_grant": _grant, "statistics": _statistics,
    **{kind.kind.replace(" ", "_"): partial(_declared, kind) for kind in DECLARED},
}  # fmt: skip
"""Views and types come before what hangs on them."""

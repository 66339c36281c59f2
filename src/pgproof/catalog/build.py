"""From rows of pg_catalog to the objects of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from pgproof.catalog.session import Row, Rows


def build(window: canonical.Window, results: Mapping[str, Rows]) -> Mapping[int, list[Member]]:
    """Return the objects of each unit from the rows of each statement."""
    place = Place(window)
    none = Rows()
    for class_name, number, part, comment in results.get("comment", none).tuples:
        place.comments[class_name, number, part] = comment
    constraints = results.get("constraint", none)
    backing = {row[7]: (row[2], row[4]) for row in constraints.tuples if row[7]}
    peculiar = Rows(constraints.names, [row for row in constraints.tuples if row[4] == "n" and row[5]]).dicts()
    relations.mentioned(place, results.get("mentioned", none))
    relations.tables(place, results.get("table", none))
    relations.columns(place, results.get("column", none), {(row["unit"], row["columns"][0]): row for row in peculiar})
    for kind, make in _MAKERS.items():
        for row in results.get(kind, none).dicts():
            make(place, row)
    relations.indexes(place, results.get("index", none), backing)
    relations.constraints(place, constraints)
    return place.units


def _view(place: Place, row: Row) -> None:
    place.identities[row["unit"]], place.names[row["unit"]] = row["identity"], row.pop("name")
    row["definition"] = place.window.steady(canonical.view_definition(row["definition"]))
    row["columns"], row["options"] = tuple(row.get("columns", ())), tuple(row.get("options", ()))
    _put(place, row, View, "pg_class", row["unit"])


def _sequence(place: Place, row: Row) -> None:
    name, table, column = row.pop("name"), row.pop("table_name", ""), row.pop("column_name", "")
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
}  # fmt: skip
"""Views and types come before what hangs on them."""

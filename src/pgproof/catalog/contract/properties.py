"""What a block says about its object itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from pgproof.catalog.contract.block import PARTS, Text
from pgproof.catalog.contract.words import domain_words, sequence_words
from pgproof.catalog.model import Function, Object, Schema, Sequence, Table, Type, View

_EVERYWHERE = frozenset({"identity", "comment", "owner"})
"""The name of the block, a line of its own, and what is said where the owner is not the role that migrates."""

_BORN = ("pg_database_owner",)
"""The owner that the schema public has in a new database."""


def properties(thing: Object, migrator: str) -> dict[str, Text]:
    """Return the properties of an object that are not what they are by default, as the file names them."""
    owner = "" if thing.kind == "database" else getattr(thing, "owner", "")  # who made it, elsewhere somebody else
    own = {"", migrator, *(_BORN if thing.kind == "schema" and thing.identity == "public" else ())}
    said: dict[str, Text] = {"owner": owner} if owner not in own else {}
    return said | _SAYING.get(type(thing), _all_fields)(thing)


def _all_fields(thing: Any) -> dict[str, Text]:  # noqa: ANN401 - any kind of object
    """Return every property of a kind that has no words of its own."""
    found: dict[str, Text] = {}
    for each in fields(thing):
        value = getattr(thing, each.name)
        is_silent = each.name in _EVERYWHERE or "weak" in each.metadata or not each.compare
        if is_silent or value == each.default or (each.default is MISSING and value in {"", None}):
            continue
        found[f"{each.name}_" if each.name in PARTS else each.name] = _text(value)
    return found


def _text(value: object) -> Text:
    if isinstance(value, bool):
        return str(value).lower()
    return tuple(map(str, value)) if isinstance(value, tuple) else str(value)


def _said(**given: Text | None) -> dict[str, Text]:
    """Return what is not empty; a name that ends in an underscore is a word of Python's."""
    return {name.removesuffix("_"): text for name, text in given.items() if text}


def _table(table: Table) -> dict[str, Text]:
    security = ("ENABLE" if table.row_security else "", "FORCE" if table.force_row_security else "")
    return _said(
        variety="" if table.variety in {"table", "partitioned table"} else table.variety,
        persistence="UNLOGGED" if table.persistence == "unlogged" else "",
        partition_by=table.partition_key,
        inherits=table.inherits,
        of=table.of_type,
        row_level_security=" ".join(filter(None, security)),
        replica_identity="" if table.replica_identity in {"default", "index"} else table.replica_identity.upper(),
        with_=table.options,
        using="" if table.access_method == "heap" else table.access_method,
        tablespace=table.tablespace,
        detach="PENDING" if table.detach_pending else "",
    )


def _view(view: View) -> dict[str, Text]:
    return _said(
        variety="MATERIALIZED" if view.materialized else "",
        defaults=tuple(column for column in view.columns if " DEFAULT " in column),
        with_=view.options,
        query=view.definition,
    )


def _type(kind: Type) -> dict[str, Text]:
    if kind.variety == "enum":
        return {"enum": kind.labels}
    if kind.variety == "domain":
        return {"domain": domain_words(kind)}
    if kind.variety == "range":
        return {"range": (f"subtype = {kind.base}", *_given(kind.attributes))}
    return {"composite": kind.attributes}


def _given(parameters: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(parameter for parameter in parameters if not parameter.endswith(" = -"))


def _sequence(sequence: Sequence) -> dict[str, Text]:
    return _said(definition=sequence_words(sequence), owned_by=sequence.owned_by)


def _function(function: Function) -> dict[str, Text]:
    return {"definition": function.definition}


def _schema(_schema: Schema) -> dict[str, Text]:
    return {}


_SAYING: Mapping[type[Object], Callable[[Any], dict[str, Text]]] = {
    Table: _table, View: _view, Type: _type, Sequence: _sequence, Function: _function, Schema: _schema,
}  # fmt: skip

"""Each property of each kind is said in a contract, or is left out for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import psycopg
from contract_blocks import of

from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.contract.blocks import blocks_of
from pgproof.catalog.contract.toml import written
from pgproof.catalog.model import Column, Constraint, Extension, Grant, Index, Object, Sequence, View
from pgproof.catalog.rare import Database
from pgproof.catalog.read import read

LEFT_OUT = {
    Column: {
        "not_null_valid": "constraint-is-validated judges it",
        "not_null_name": "servers before 18 forget it",
        "position": "the order of columns is no part of what is agreed",
    },
    Constraint: {
        "is_validated": "constraint-is-validated judges it",
        "is_enforced": "constraint-is-validated judges it",
        "disabled_triggers": "triggers-are-enabled judges it",
        "inherited_from": "the parent says it",
    },
    Index: {
        "is_valid": "index-is-valid judges it",
        "is_ready": "index-is-valid judges it",
        "is_live": "index-is-valid judges it",
        "partition_of": "the parent says it",
    },
    Grant: {"comment": "nobody can write one"},
    View: {"is_populated": "whether it was refreshed is data", "columns": "the query names and types them"},
    Extension: {"version": "it depends on the server at hand"},
    Database: {"owner": "who makes a database differs from place to place"},
    Sequence: {"persistence": "servers before 15 know no unlogged sequences"},
}
"""Properties of which a contract says nothing, and why."""
SAID_BY_DEFINITION = {
    Constraint: {
        "name", "type", "on_domain", "columns", "deferrable", "initially_deferred", "no_inherit", "references",
        "referenced_columns", "match_full", "column_types", "referenced_types", "index",
    },
    Index: {"name", "is_primary", "method", "columns", "include", "predicate", "constraint"},
    Column: {"name"},
}  # fmt: skip


def changed(value: object) -> object:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, tuple):
        return (*value, "another")
    return f"{value}, another" if isinstance(value, str) else 1


def mutations(catalog: Catalog) -> Iterator[tuple[type[Object], str, Catalog]]:
    for kind, place in FIELDS.items():
        things = getattr(catalog, place)
        silent = {*LEFT_OUT.get(kind, {}), *SAID_BY_DEFINITION.get(kind, ()), "identity", "table", "name"}
        for each in (f.name for f in fields(kind) if f.compare and f.name not in silent):
            for number, thing in enumerate(things):
                mutant = replace(thing, **{each: changed(getattr(thing, each))})
                yield kind, each, replace(catalog, **{place: (*things[:number], mutant, *things[number + 1 :])})


def test_each_property_of_each_kind_is_said_somewhere(rich: psycopg.Connection[Any]):
    catalog = read(rich).catalog
    before = of(catalog, rich)
    silent: dict[tuple[str, str], bool] = {}
    for kind, name, mutant in mutations(catalog):
        key = kind.kind, name
        silent[key] = silent.get(key, True) and of(mutant, rich) == before

    assert [key for key, is_silent in silent.items() if is_silent] == []
    assert len(silent) > 60


def test_a_kind_without_words_of_its_own_is_written_property_by_property():
    made = blocks_of(Catalog(extensions=(Extension(identity="x", schema="public", version="1"),)), migrator="m")

    assert written(made["extension", "x"]) == ["[extensions.x]", 'schema = "public"']

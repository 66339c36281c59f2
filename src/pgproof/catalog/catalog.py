"""A whole catalog: the objects of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pgproof.catalog.model import (
    Column,
    Constraint,
    Extension,
    Function,
    Grant,
    Index,
    Object,
    Policy,
    Rule,
    Schema,
    Sequence,
    Table,
    Trigger,
    Type,
    View,
)

FIELDS: Mapping[type[Object], str] = {
    Schema: "schemas", Extension: "extensions", Type: "types", Sequence: "sequences", Table: "tables",
    Column: "columns", Constraint: "constraints", Index: "indexes", View: "views", Function: "functions",
    Trigger: "triggers", Rule: "rules", Policy: "policies", Grant: "grants",
}  # fmt: skip
"""The field of a catalog that holds the objects of each kind."""

KINDS: tuple[type[Object], ...] = tuple(FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All declared objects of a database, each kind sorted by identity."""

    schemas: tuple[Schema, ...] = ()
    extensions: tuple[Extension, ...] = ()
    types: tuple[Type, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    tables: tuple[Table, ...] = ()
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    views: tuple[View, ...] = ()
    functions: tuple[Function, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[Rule, ...] = ()
    policies: tuple[Policy, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def foreign_keys(self) -> tuple[Constraint, ...]:
        """The foreign keys, those of partitions that come from their root left out."""
        return tuple(c for c in self.constraints if c.type == "foreign key" and not c.inherited_from)

    def columns_of(self, table: str) -> tuple[Column, ...]:
        """Return the columns of a table in their order."""
        return tuple(sorted((c for c in self.columns if c.table == table), key=lambda c: c.position))

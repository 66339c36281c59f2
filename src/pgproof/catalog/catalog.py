"""A whole catalog: the objects of every kind."""

from __future__ import annotations

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

KINDS: tuple[type[Object], ...] = (
    Schema, Extension, Type, Sequence, Table, Column, Constraint, Index, View, Function, Trigger, Rule, Policy, Grant,
)


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

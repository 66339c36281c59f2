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
from pgproof.catalog.rare import (
    AccessMethod,
    Cast,
    Collation,
    Database,
    EventTrigger,
    ForeignDataWrapper,
    ForeignServer,
    Language,
    LargeObject,
    Operator,
    OperatorClass,
    OperatorFamily,
    Publication,
    Statistics,
    Subscription,
    TextSearch,
    Transform,
    UserMapping,
)

FIELDS: Mapping[type[Object], str] = {
    Schema: "schemas", Extension: "extensions", Type: "types", Sequence: "sequences", Table: "tables",
    Column: "columns", Constraint: "constraints", Index: "indexes", View: "views", Function: "functions",
    Trigger: "triggers", Rule: "rules", Policy: "policies", Statistics: "statistics",
    Operator: "operators", OperatorFamily: "operator_families", OperatorClass: "operator_classes", Cast: "casts",
    Collation: "collations", TextSearch: "text_searches", ForeignDataWrapper: "foreign_data_wrappers",
    ForeignServer: "foreign_servers", UserMapping: "user_mappings", Language: "languages", Transform: "transforms",
    AccessMethod: "access_methods", Publication: "publications", Subscription: "subscriptions",
    EventTrigger: "event_triggers", Database: "databases", LargeObject: "large_objects", Grant: "grants",
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
    statistics: tuple[Statistics, ...] = ()
    operators: tuple[Operator, ...] = ()
    operator_families: tuple[OperatorFamily, ...] = ()
    operator_classes: tuple[OperatorClass, ...] = ()
    casts: tuple[Cast, ...] = ()
    collations: tuple[Collation, ...] = ()
    text_searches: tuple[TextSearch, ...] = ()
    foreign_data_wrappers: tuple[ForeignDataWrapper, ...] = ()
    foreign_servers: tuple[ForeignServer, ...] = ()
    user_mappings: tuple[UserMapping, ...] = ()
    languages: tuple[Language, ...] = ()
    transforms: tuple[Transform, ...] = ()
    access_methods: tuple[AccessMethod, ...] = ()
    publications: tuple[Publication, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    event_triggers: tuple[EventTrigger, ...] = ()
    databases: tuple[Database, ...] = ()
    """The database itself."""
    large_objects: tuple[LargeObject, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def foreign_keys(self) -> tuple[Constraint, ...]:
        """The foreign keys, those of partitions that come from their root left out."""
        return tuple(c for c in self.constraints if c.type == "foreign key" and not c.inherited_from)

    def columns_of(self, table: str) -> tuple[Column, ...]:
        """Return the columns of a table in their order."""
        return tuple(sorted((c for c in self.columns if c.table == table), key=lambda c: c.position))

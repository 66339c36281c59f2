"""The objects of a database in canonical form (see ``canonical``).

Every reference to another object is a qualified identity as SQL would write it (``public."Order Items"``), never an
oid. Equality is dataclass equality. A field whose difference is only reported carries ``metadata={"weak": reason}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, order_default=True, field_specifiers=(field,))
def value(kind: type[T]) -> type[T]:
    """Return a dataclass that is frozen for the type checker; a catalog has many, and truly frozen ones are slow."""
    return dataclass(slots=True, kw_only=True, order=True, unsafe_hash=True)(kind)


@value
class Object:
    """One declared object. ``identity`` is unique within its kind."""

    kind: ClassVar[str]
    identity: str
    comment: str = ""


@value
class Schema(Object):
    """A schema that is neither a system's nor an extension's."""

    kind: ClassVar[str] = "schema"
    owner: str


@value
class Extension(Object):
    """An installed extension; its members are left out everywhere."""

    kind: ClassVar[str] = "extension"
    schema: str
    version: str = field(metadata={"weak": "the version that an extension has depends on the server at hand"})


@value
class Table(Object):
    """An ordinary, partitioned or foreign table."""

    kind: ClassVar[str] = "table"
    owner: str
    persistence: str
    """``permanent``, ``unlogged``."""
    variety: str
    """``table``, ``partitioned table``, ``foreign table``."""
    partition_key: str = ""
    """``RANGE (at)``; empty where it is not partitioned."""
    partition_of: str = ""
    partition_bound: str = ""
    detach_pending: bool = False
    inherits: tuple[str, ...] = ()
    of_type: str = ""
    row_security: bool = False
    force_row_security: bool = False
    replica_identity: str = "default"
    options: tuple[str, ...] = ()
    """Storage parameters, those of the TOAST table as ``toast.name=value``; of a foreign table its server too."""
    access_method: str = "heap"
    tablespace: str = ""


@value
class Column(Object):
    """A column of a table; identity ``schema.table.column``."""

    kind: ClassVar[str] = "column"
    table: str
    name: str
    """As stored, unquoted."""
    type: str
    """``format_type``, schema-qualified where it is not a system type."""
    nullable: bool
    default: str = ""
    collation: str = ""
    """Empty where it is the type's own."""
    identity_mode: str = ""
    """``always``, ``by default`` or empty."""
    generated: str = ""
    """The expression of a generated column."""
    generated_kind: str = ""
    """``stored``, ``virtual`` or empty."""
    storage: str = ""
    """Empty where it is the type's own."""
    compression: str = ""
    statistics: int | None = None
    options: tuple[str, ...] = ()
    not_null_name: str = ""
    """The name of the NOT NULL constraint where it was given by hand (18 and later)."""
    not_null_valid: bool = True
    not_null_no_inherit: bool = False
    position: int = field(default=0, metadata={"weak": "the order of columns: a column brought back comes last"})
    """Rank among the living columns of its table, from 1."""


@value
class Constraint(Object):
    """A constraint of a table or domain (NOT NULL is a property of the column or domain)."""

    kind: ClassVar[str] = "constraint"
    table: str
    """The table's or domain's identity."""
    name: str
    """As stored, unquoted."""
    type: str
    """``primary key``, ``unique``, ``foreign key``, ``check``, ``exclusion``, ``trigger``."""
    on_domain: bool = False
    columns: tuple[str, ...] = ()
    """Unquoted, in the constraint's order."""
    definition: str
    """``pg_get_constraintdef``, without NOT VALID and NOT ENFORCED."""
    is_validated: bool = True
    is_enforced: bool = True
    deferrable: bool = False
    initially_deferred: bool = False
    no_inherit: bool = False
    inherited_from: str = ""
    """The identity of the parent's constraint, for a partition's."""
    references: str = ""
    """The referenced table, for a foreign key."""
    referenced_columns: tuple[str, ...] = ()
    match_full: bool = False
    column_types: tuple[str, ...] = ()
    """Type and, where it is not the type's own, collation of ``columns``; for foreign keys."""
    referenced_types: tuple[str, ...] = ()
    index: str = ""
    """The index that enforces it."""
    disabled_triggers: int = 0
    """How many of its own triggers are disabled; for foreign keys."""
    is_name_generated: bool = field(default=False, compare=False)


@value
class Index(Object):
    """An index; identity ``schema.index``."""

    kind: ClassVar[str] = "index"
    table: str
    name: str
    definition: str
    """From ``USING`` on, as ``pg_get_indexdef`` writes it, so that it holds method, keys, operator classes, INCLUDE,
    NULLS NOT DISTINCT, storage parameters and predicate but no name."""
    is_unique: bool
    is_primary: bool = False
    method: str
    columns: tuple[str, ...]
    """Key columns in order, unquoted; an expression is ``(expression)``."""
    include: tuple[str, ...] = ()
    predicate: str = ""
    constraint: str = ""
    """The identity of the constraint that it enforces."""
    is_valid: bool = True
    is_ready: bool = True
    is_live: bool = True
    is_replica_identity: bool = False
    is_clustered: bool = False
    partition_of: str = ""
    """The parent's index."""
    tablespace: str = ""
    statistics: tuple[str, ...] = ()
    is_name_generated: bool = field(default=False, compare=False)


@value
class View(Object):
    """A view or materialized view."""

    kind: ClassVar[str] = "view"
    owner: str
    definition: str
    materialized: bool = False
    is_populated: bool = True
    columns: tuple[str, ...] = ()
    """``name type`` in order."""
    options: tuple[str, ...] = ()


@value
class Sequence(Object):
    """A sequence's declaration; its position is data."""

    kind: ClassVar[str] = "sequence"
    owner: str
    type: str
    start: int
    minimum: int
    maximum: int
    increment: int
    cycle: bool
    cache: int
    persistence: str = "permanent"
    owned_by: str = ""
    """The identity of the column that owns it."""
    owner_table: str = field(default="", compare=False)
    """The identity of that column's table."""
    is_name_generated: bool = field(default=False, compare=False)


@value
class Type(Object):
    """An enum, domain, range or composite type."""

    kind: ClassVar[str] = "type"
    owner: str
    variety: str
    """``enum``, ``domain``, ``range``, ``composite``."""
    labels: tuple[str, ...] = ()
    """Of an enum, in their order."""
    base: str = ""
    """Of a domain: its base type; of a range: its subtype."""
    nullable: bool = True
    default: str = ""
    collation: str = ""
    attributes: tuple[str, ...] = ()
    """Of a composite: ``name type [collation]``; of a range: its parameters."""


@value
class Function(Object):
    """A function, procedure or aggregate; identity ``schema.name(argument types)``."""

    kind: ClassVar[str] = "function"
    owner: str
    definition: str
    """``pg_get_functiondef`` (an aggregate: its support functions)."""


@value
class Trigger(Object):
    """A trigger that is not a constraint's own; identity ``schema.table.trigger``."""

    kind: ClassVar[str] = "trigger"
    table: str
    name: str
    definition: str
    enabled: str = "origin"
    """``origin``, ``replica``, ``always``, ``disabled``."""


@value
class Rule(Object):
    """A rewrite rule that is not a view's own; identity ``schema.table.rule``."""

    kind: ClassVar[str] = "rule"
    table: str
    definition: str
    enabled: str = "origin"


@value
class Policy(Object):
    """A row security policy; identity ``schema.table.policy``."""

    kind: ClassVar[str] = "policy"
    table: str
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: str = ""
    check: str = ""


@value
class Grant(Object):
    """What one role may do with one object, beyond what its owner has by default.

    Identity ``<kind> <object> to <grantee>``; of a default privilege that was revoked (``is_revoked``),
    ``<kind> <object> from <grantee>``. A default privilege's object is ``of <role> in <schema>``.
    """

    kind: ClassVar[str] = "grant"
    privileges: tuple[str, ...]
    """Sorted; ``ALL`` where complete (``ALL*`` with all grant options); a grant option is ``SELECT*``."""
    is_revoked: bool = False

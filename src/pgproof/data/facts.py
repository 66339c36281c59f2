"""What the server says about the tables that are to be filled, beyond what the catalog's model holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

import msgspec
import psycopg

SQL = (resources.files(__package__) / "sql" / "table_facts.sql").read_text(encoding="utf-8")


class ColumnFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One living column; ``sql`` is its type as a cast writes it."""

    number: int
    name: str
    type: int
    sql: str
    modifier: int = -1
    is_required: bool = False
    is_identity: bool = False
    default: str = ""
    generated: str = ""
    sequence: str = ""
    """The sequence that feeds it, empty where none does."""
    smallest: int | None = None
    largest: int | None = None
    increment: int | None = None


class CheckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A CHECK of a table; ``columns`` are attribute numbers."""

    name: str
    columns: tuple[int, ...]
    expression: str


class UniqueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A unique index or an exclusion; ``columns`` are attribute numbers, 0 is an expression."""

    columns: tuple[int, ...]
    keys: int
    is_primary: bool
    is_plain: bool
    is_immediate: bool
    is_exclusion: bool


class TableFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One table that is to be filled."""

    name: str
    bare: str
    """Its name without the schema, unquoted."""
    kind: str
    has_rules: bool
    has_triggers: bool
    columns: tuple[ColumnFacts, ...]
    checks: tuple[CheckFacts, ...]
    uniques: tuple[UniqueFacts, ...]
    partition_columns: tuple[int, ...] | None
    partition_key: str
    partitions: tuple[str | None, ...]
    """The constraint of each leaf; None where it takes everything."""
    bounds: tuple[str | None, ...]

    @property
    def writable(self) -> tuple[ColumnFacts, ...]:
        """The columns that an INSERT may give."""
        return tuple(c for c in self.columns if not c.generated)

    @property
    def unique_columns(self) -> tuple[tuple[str, ...], ...]:
        """The column names of each unique index over plain columns, without a predicate."""
        names = {c.number: c.name for c in self.columns}
        return tuple(
            tuple(names[n] for n in u.columns[: u.keys]) for u in self.uniques if u.is_plain and not u.is_exclusion
        )

    def own_checks(self, column: ColumnFacts) -> tuple[str, ...]:
        """Return the CHECKs that look at a column alone."""
        return tuple(c.expression for c in self.checks if c.columns == (column.number,))

    def hints(self, column: ColumnFacts) -> tuple[str, ...]:
        """Return the other expressions that speak of a column: CHECKs over several, bounds of partitions."""
        found = [c.expression for c in self.checks if column.number in c.columns and len(c.columns) > 1]
        if column.number in (self.partition_columns or ()) or column.name in self.partition_key:
            found += [b for b in self.bounds if b]
        return tuple(found)

    @property
    def may_skip_conflicts(self) -> bool:
        """Whether ON CONFLICT DO NOTHING is allowed."""
        return not self.has_rules and all(u.is_immediate for u in self.uniques)


class AttributeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute of a composite type."""

    name: str
    type: int
    modifier: int


class TypeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One type; oids of others are 0 or None where they do not apply."""

    oid: int
    name: str
    variety: str
    """``b``, ``c``, ``d``, ``e``, ``m``, ``p``, ``r``, as in pg_type."""
    is_system: bool
    category: str
    delimiter: str
    is_required: bool
    sql: str
    base: int
    base_modifier: int
    base_sql: str
    element: int
    labels: tuple[str, ...]
    attributes: tuple[AttributeFacts, ...]
    subtype: int | None
    range: int | None
    checks: tuple[str, ...]


class Types(dict[int, TypeFacts]):
    """Types by oid, closed under everything that they are made of."""

    def __init__(self, found: Iterable[TypeFacts]) -> None:
        super().__init__((t.oid, t) for t in found)
        self.inner: dict[int, tuple[str, ...]] = {}
        """What may stand inside arrays and composites for a domain with CHECKs."""

    def ground(self, oid: int, modifier: int) -> tuple[TypeFacts, int]:
        """Return the type below all domains, and its modifier."""
        found = self[oid]
        while found.variety == "d":
            modifier = found.base_modifier
            found = self[found.base]
        return found, modifier

    def domains(self, oid: int) -> tuple[TypeFacts, ...]:
        """Return the domains over a type's ground, outermost first."""
        found, chain = self[oid], []
        while found.variety == "d":
            chain.append(found)
            found = self[found.base]
        return tuple(chain)

    def is_required(self, oid: int) -> bool:
        """Return whether a domain of it refuses NULL."""
        return any(d.is_required for d in self.domains(oid))

    def ground_sql(self, column: ColumnFacts) -> str:
        """Return the type to which a candidate may be cast before domains have their say."""
        chain = self.domains(column.type)
        return chain[-1].base_sql if chain else column.sql


def read_facts(connection: psycopg.Connection, tables: Sequence[str]) -> tuple[Mapping[str, TableFacts], Types]:
    """Return the facts of each table by identity, and every type that they need."""
    row = psycopg.RawCursor(connection).execute(SQL, [list(tables)]).fetchone()
    assert row is not None  # noqa: S101 - the statement is one row by construction
    found = msgspec.json.decode(row[0], type=tuple[TableFacts, ...])
    types = msgspec.json.decode(row[1], type=tuple[TypeFacts, ...])
    return {t.name: t for t in found}, Types(types)

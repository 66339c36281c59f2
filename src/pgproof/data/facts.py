"""What the server says about the tables that are to be filled, beyond what the catalog's model holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from importlib import resources
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from pgproof.data.exchange import array, ask

FOLDER = resources.files(__package__) / "sql"
TABLES, PARTITIONS, TYPES = (
    (FOLDER / f"{name}_facts.sql").read_text(encoding="utf-8") for name in ("table", "partition", "type")
)


class ColumnFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One living column; ``sql`` is its type as a cast writes it."""

    number: int
    name: str
    quoted: str
    """Its name as SQL writes it."""
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


class TableFacts(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One table that is to be filled."""

    oid: int
    name: str
    bare: str
    """Its name without the schema, unquoted."""
    kind: str
    has_rules: bool
    has_triggers: bool
    has_children: bool
    """Whether tables inherit from it, or did."""
    columns: tuple[ColumnFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    uniques: tuple[UniqueFacts, ...] = ()
    partition_columns: tuple[int, ...] | None = None
    partition_key: str = ""
    partitions: tuple[str | None, ...] = ()
    """The constraint of each leaf; None where it takes everything."""
    bounds: tuple[str | None, ...] = ()

    @cached_property
    def writable(self) -> tuple[ColumnFacts, ...]:
        """The columns that an INSERT may give."""
        return tuple(c for c in self.columns if not c.generated)

    @cached_property
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

    @property
    def may_hold_more(self) -> bool:
        """Whether a query may find rows that are not its own."""
        return self.has_children and self.kind != "p"

    @property
    def is_plain(self) -> bool:
        """Whether nothing but its columns, CHECKs, keys and plain unique indexes decides about a row."""
        has_plain_uniques = all(u.is_plain and not u.is_exclusion for u in self.uniques)
        return self.kind == "r" and has_plain_uniques and not self.has_rules and not self.has_triggers


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
        self.made: dict[tuple[int, Hashable], Callable[[int], str] | None] = {}
        """The values that were made of a type, by the place that takes them."""

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


COLUMNS = msgspec.json.Decoder(tuple[ColumnFacts, ...])
CHECKS = msgspec.json.Decoder(tuple[CheckFacts, ...])
UNIQUES = msgspec.json.Decoder(tuple[UniqueFacts, ...])


class Reader:
    """Reads facts; remembers the system's own types, which do not change."""

    def __init__(self) -> None:
        self._system: dict[int, TypeFacts] = {}

    def read(
        self, connection: psycopg.Connection, tables: Sequence[str], before: Sequence[sql.Composable] = ()
    ) -> tuple[Mapping[str, TableFacts], Types]:
        """Return the facts of each table by identity, and every type that they need.

        The statements ``before`` are sent in the same exchange.
        """
        found = _tables(connection, tables, before)
        wanted = {c.type for t in found for c in t.columns}
        types = {**self._system, **{t.oid: t for t in _types(connection, wanted - self._system.keys())}}
        self._system = {oid: t for oid, t in types.items() if t.is_system}
        return {t.name: t for t in found}, Types(types.values())


def _tables(
    connection: psycopg.Connection, tables: Sequence[str], before: Sequence[sql.Composable]
) -> list[TableFacts]:
    answers = ask(connection, [*before, sql.SQL(TABLES).format(tables=array(tables))])[len(before) :]
    columns, checks, uniques = (dict(answer.rows) for answer in answers[1:])
    found = msgspec.json.decode(answers[0].rows[0][0], type=tuple[TableFacts, ...])
    divided = _partitions(connection, [t.oid for t in found if t.kind == "p"])
    return [
        msgspec.structs.replace(
            t,
            columns=COLUMNS.decode(columns.get(t.oid, "[]")),
            checks=CHECKS.decode(checks.get(t.oid, "[]")),
            uniques=UNIQUES.decode(uniques.get(t.oid, "[]")),
            **divided.get(t.oid, {}),
        )
        for t in found
    ]


def _partitions(connection: psycopg.Connection, divided: Sequence[int]) -> dict[int, dict[str, Any]]:
    if not divided:
        return {}
    [answer] = ask(connection, [sql.SQL(PARTITIONS).format(tables=sql.Literal(list(divided)))])
    return {
        oid: {
            "partition_columns": tuple(columns),
            "partition_key": key,
            "partitions": tuple(partitions),
            "bounds": tuple(bounds),
        }
        for oid, columns, key, partitions, bounds in answer.rows
    }


def _types(connection: psycopg.Connection, wanted: Collection[int]) -> tuple[TypeFacts, ...]:
    if not wanted:
        return ()
    [answer] = ask(connection, [sql.SQL(TYPES).format(types=sql.Literal(sorted(wanted)))])
    return msgspec.json.decode(answer.rows[0][0], type=tuple[TypeFacts, ...])

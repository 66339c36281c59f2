"""From rows of pg_catalog to the objects of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pgproof.catalog import canonical, naming
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
from pgproof.catalog.session import Row

_CONSTRAINTS = {
    "p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclusion", "t": "trigger",
}  # fmt: skip
_LABELS = {"p": "pkey", "u": "key", "x": "excl"}


@dataclass(frozen=True, slots=True)
class Named:
    """What other rows ask of a column."""

    name: str
    type: str


@dataclass(slots=True)
class Build:
    """Objects of one reading, by unit, each with its number within the unit (for those that can be renamed)."""

    window: canonical.Window
    comments: dict[tuple[str, int, int], str] = field(default_factory=dict)
    identities: dict[int, str] = field(default_factory=dict)
    """Of tables, views, sequences and types, by unit."""
    names: dict[int, str] = field(default_factory=dict)
    columns: dict[tuple[int, int], Named] = field(default_factory=dict)
    indexes: dict[int, tuple[str, str, tuple[str, ...]]] = field(default_factory=dict)
    """Identity, name and attribute names of each index, by oid."""
    units: dict[int, list[tuple[int, Object]]] = field(default_factory=dict)

    def objects(self, rows: Mapping[str, list[Row]]) -> dict[int, list[tuple[int, Object]]]:
        """Return the objects of each unit."""
        for row in rows.get("comment", ()):
            self.comments[row["class"], row["object"], row["part"]] = row["comment"]
        for row in rows.get("mentioned", ()):
            self._mention(row)
        constraints = rows.get("constraint", ())
        backing = {row["index"]: row for row in constraints if "index" in row}
        peculiar = {(row["unit"], row["columns"][0]): row for row in constraints if row["type"] == "n" and "columns" in row}
        positions: dict[int, int] = {}
        for row in rows.get("table", ()):
            self._table(row)
        for row in sorted(rows.get("column", ()), key=lambda r: (r["unit"], r["member"])):
            positions[row["unit"]] = position = positions.get(row["unit"], 0) + 1
            self._column(row, position, peculiar.get((row["unit"], row["member"])))
        simple: tuple[tuple[str, Callable[[Row], None]], ...] = (
            ("view", self._view), ("sequence", self._sequence), ("type", self._type), ("function", self._function),
            ("schema", self._schema), ("extension", self._extension), ("trigger", self._trigger),
            ("rule", self._rule), ("policy", self._policy), ("grant", self._grant),
        )  # fmt: skip
        for kind, build in simple:
            for row in rows.get(kind, ()):
                build(row)
        for row in rows.get("index", ()):
            self._index(row, backing.get(row["member"]))
        for row in constraints:
            if row["type"] != "n":
                self._constraint(row)
        return self.units

    def _put(self, unit: int, member: int, made: Object) -> None:
        self.units.setdefault(unit, []).append((member, made))

    def _comment(self, row: Row, catalog: str, number: int, part: int = 0) -> None:
        if self.comments and (comment := self.comments.get((catalog, number, part))):
            row["comment"] = comment

    def _steady(self, row: Row, *names: str) -> None:
        for name in names:
            if name in row:
                row[name] = self.window.steady(row[name])

    def _mention(self, row: Row) -> None:
        self.columns[row["unit"], row["member"]] = Named(row["name"], _typed(row))

    def _table(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        self.identities[unit], self.names[unit] = row["identity"], row.pop("name")
        self._comment(row, "pg_class", unit)
        parents = row.pop("inherits", [])
        if row.pop("is_partition", False):
            row["partition_of"] = parents[0]
        else:
            row["inherits"] = tuple(parents)
        toast = [f"toast.{option}" for option in row.pop("toast_options", ())]
        row["options"] = (*row.get("options", ()), *toast, *row.pop("foreign_options", ()))
        self._steady(row, "partition_bound")
        self._put(unit, member, Table(**row))

    def _column(self, row: Row, position: int, not_null: Row | None) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        table = self.identities.get(unit)
        if table is None:
            return
        self.columns[unit, member] = Named(row["name"], _typed(row))
        row["identity"] = f"{table}.{row.pop('label')}"
        self._comment(row, "pg_class", unit, member)
        if "default" in row:
            self._steady(row, "default")
            if "generated_kind" in row:
                row["generated"] = row.pop("default")
        if "options" in row or "foreign_options" in row:
            row["options"] = (*row.get("options", ()), *row.pop("foreign_options", ()))
        if not_null is not None:
            row["not_null_valid"] = not_null.get("is_validated", True)
            row["not_null_no_inherit"] = not_null.get("no_inherit", False)
            if "inherited_from" not in not_null and not naming.has_ending(not_null["name"], "not_null"):
                row["not_null_name"] = not_null["name"]
        self._put(unit, member, Column(table=table, position=position, **row))

    def _index(self, row: Row, constraint: Row | None) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        table = self.identities.get(unit)
        if table is None:
            return
        keys, numbers, parts = row.pop("keys"), row["columns"], row.pop("parts", None)
        plain = [self.columns[unit, number].name if number else "" for number in numbers]
        label = "idx"
        if constraint is not None:
            row["constraint"] = f"{table}.{constraint['label']}"
            label = _LABELS[constraint["type"]]
        if parts:
            shown = [name or _bracketed(part[1]) for name, part in zip(plain, parts, strict=True)]
            stored = tuple(part[0] for part in parts)
            row["statistics"] = tuple(f"{part[0]}={part[2]}" for part in parts if part[2] is not None)
        else:
            shown, stored = plain, tuple(plain)
        row["columns"], row["include"] = tuple(shown[:keys]), tuple(shown[keys:])
        definition = canonical.index_definition(row["definition"], row.pop("label"), table)
        row["method"] = definition.split(" ", 2)[1]
        row["definition"] = definition
        self._steady(row, "definition", "predicate")
        self._comment(row, "pg_class", member)
        generated = naming.is_generated(row["name"], label, self.names[unit], () if label == "pkey" else stored)
        self.indexes[member] = (row["identity"], row["name"], stored)
        self._put(unit, member, Index(table=table, is_name_generated=generated, **row))

    def _constraint(self, row: Row) -> None:
        unit, member, letter = row.pop("unit"), row.pop("member"), row["type"]
        table = self.identities.get(unit)
        if table is None:
            return
        row["identity"] = f"{table}.{row.pop('label')}"
        row["type"] = _CONSTRAINTS[letter]
        row["definition"] = self.window.steady(canonical.constraint_definition(row["definition"]))
        numbers = row.pop("columns", ())
        columns = [self.columns[unit, n] for n in numbers if (unit, n) in self.columns]
        names = tuple(c.name for c in columns)
        row["columns"] = names
        if letter == "f":
            referenced = [self.columns[row["referenced_unit"], n] for n in row["referenced_columns"]]
            row["referenced_columns"] = tuple(c.name for c in referenced)
            row["referenced_types"] = tuple(c.type for c in referenced)
            row["column_types"] = tuple(c.type for c in columns)
        row.pop("referenced_unit", None)
        index = self.indexes.get(row.pop("index", 0))
        if index is not None:
            row["index"] = index[0]
        self._comment(row, "pg_constraint", member)
        generated = self._is_chosen(row, letter, self.names[unit], index[2] if index else names)
        self._put(
            unit, member, Constraint(table=table, on_domain=unit >> 32 == 1, is_name_generated=generated, **row)
        )

    def _is_chosen(self, row: Row, letter: str, table: str, columns: tuple[str, ...]) -> bool:
        name, label = row["name"], {"f": "fkey", "c": "check", **_LABELS}.get(letter, "")
        if row.get("inherited_from") and naming.has_ending(name, label):
            return True
        if letter == "c" and naming.is_generated(name, label, table):
            return True
        return naming.is_generated(name, label, table, () if letter == "p" else columns)

    def _view(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        self.identities[unit] = row["identity"]
        self.names[unit] = row.pop("name")
        row["definition"] = self.window.steady(canonical.view_definition(row["definition"]))
        row["columns"], row["options"] = tuple(row.get("columns", ())), tuple(row.get("options", ()))
        self._comment(row, "pg_class", unit)
        self._put(unit, member, View(**row))

    def _sequence(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        name, table, column = row.pop("name"), row.pop("owner_table", ""), row.pop("owner_column", "")
        generated = bool(table) and naming.is_generated(name, "seq", table, (column,))
        self._comment(row, "pg_class", unit)
        self._put(unit, member, Sequence(is_name_generated=generated, **row))

    def _type(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        self.identities[unit], self.names[unit] = row["identity"], row.pop("name")
        row["labels"], row["attributes"] = tuple(row.get("labels", ())), tuple(row.get("attributes", ()))
        self._steady(row, "default")
        self._comment(row, "pg_type", member)
        self._put(unit, member, Type(**row))

    def _function(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        self._steady(row, "definition")
        self._comment(row, "pg_proc", unit & 0xFFFFFFFF)
        self._put(unit, member, Function(**row))

    def _schema(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        self._comment(row, "pg_namespace", member)
        self._put(unit, member, Schema(**row))

    def _extension(self, row: Row) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        self._comment(row, "pg_extension", member)
        self._put(unit, member, Extension(**row))

    def _trigger(self, row: Row) -> None:
        self._member(row, "pg_trigger", Trigger)

    def _rule(self, row: Row) -> None:
        self._member(row, "pg_rewrite", Rule)

    def _policy(self, row: Row) -> None:
        row["roles"] = tuple(row["roles"])
        self._member(row, "pg_policy", Policy)

    def _member(self, row: Row, catalog: str, kind: type[Any]) -> None:
        unit, member = row.pop("unit"), row.pop("member")
        table = self.identities.get(unit)
        if table is None:
            return
        row["identity"] = f"{table}.{row.pop('label')}"
        self._steady(row, "definition", "using", "check")
        self._comment(row, catalog, member)
        self._put(unit, member, kind(table=table, **row))

    def _grant(self, row: Row) -> None:
        way = "from" if row["is_revoked"] else "to"
        self._put(row["unit"], 0, Grant(
            identity=f"{row['kind']} {row['object']} {way} {row['grantee']}",
            privileges=canonical.privileges(row["kind"], row["privileges"]),
            is_revoked=row["is_revoked"],
        ))


def _typed(row: Row) -> str:
    return f"{row['type']} COLLATE {row['collation']}" if "collation" in row else row["type"]


def _bracketed(expression: str) -> str:
    return expression if expression.startswith("(") else f"({expression})"

"""From rows of pg_catalog to tables, columns, indexes and constraints: nine of ten objects, so each row counts."""

from __future__ import annotations

from typing import Any

from pgproof.catalog import canonical, naming
from pgproof.catalog.model import Column, Constraint, Index, Table
from pgproof.catalog.place import Named, Place
from pgproof.catalog.session import Row, Rows

_CONSTRAINTS = {
    "p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclusion", "t": "trigger",
}  # fmt: skip
_LABELS = {"p": "pkey", "u": "key", "x": "excl", "f": "fkey", "c": "check", "t": ""}


def tables(place: Place, rows: Rows) -> None:
    """Add the tables."""
    for row in rows.dicts():
        unit, member = row.pop("unit"), row.pop("member")
        place.identities[unit], place.names[unit] = row["identity"], row.pop("name")
        if row.pop("is_partition", False):
            (row["partition_of"],) = row.pop("inherits")
        elif "inherits" in row:
            row["inherits"] = tuple(row["inherits"])
        if "options" in row or "toast_options" in row or "foreign_options" in row:
            toast = [f"toast.{option}" for option in row.pop("toast_options", ())]
            row["options"] = (*row.get("options", ()), *toast, *row.pop("foreign_options", ()))
        place.steady(row, "partition_bound")
        place.put(unit, member, Table(**row, comment=place.comment("pg_class", unit)))


def columns(place: Place, rows: Rows, peculiar: dict[tuple[int, int], Row]) -> None:
    """Add the columns; ``peculiar`` are the constraints that say more than NOT NULL."""
    names, nothing = rows.rare(6)
    rows.tuples.sort()
    said, new = place.comments, tuple.__new__  # which is a third of what NamedTuple takes
    last = position = 0
    table: str | None = None
    for row in place.paced(rows.tuples):
        unit, member, label, name, kind, nullable = row[:6]
        if unit != last:
            last, position, table = unit, 0, place.identities.get(unit)
            put, named = place.units[unit].append, place.columns[unit]
        if table is None:
            continue
        position += 1
        rest: Row = {} if row[6:] == nothing else _column(place, names, row[6:])
        whole = _typed(kind, rest["collation"]) if "collation" in rest else kind
        named[member] = new(Named, (name, whole, label or name))
        if peculiar and (more := peculiar.get((unit, member))):
            rest |= _not_null(more)
        put((member, Column(
            identity=f"{table}.{label or name}", table=table, name=name, type=kind, nullable=nullable,
            position=position, comment=said.get(("pg_class", unit, member), "") if said else "", **rest,
        )))  # fmt: skip


def _column(place: Place, names: tuple[str, ...], values: tuple[Any, ...]) -> Row:
    rest = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    if "options" in rest or "foreign_options" in rest:
        rest["options"] = (*rest.get("options", ()), *rest.pop("foreign_options", ()))
    if "default" in rest:
        rest["default"] = place.window.steady(rest["default"])
    if "generated_kind" in rest:
        rest["generated"] = rest.pop("default")
    return rest


def _not_null(row: Row) -> Row:
    is_chosen = row["is_inherited"] or naming.has_ending(row["name"], "not_null")
    return {
        "not_null_valid": row["is_validated"],
        "not_null_no_inherit": row["no_inherit"],
        "not_null_name": "" if is_chosen else row["name"],
    }


def not_nulls(rows: Rows) -> dict[tuple[int, int], Row]:
    """Return NOT NULL constraints by table and attribute number."""
    return {(row["unit"], row["member"]): row for row in rows.dicts()}


def backing(rows: Rows) -> dict[int, tuple[str, str]]:
    """Return quoted name and letter of the constraint that an index enforces, by the index' oid."""
    return {row[7]: (row[2] or row[3], row[4]) for row in rows.tuples if row[7]}


def indexes(place: Place, rows: Rows, enforced: dict[int, tuple[str, str]]) -> None:
    """Add the indexes; ``enforced`` are the constraints that some stand for."""
    names, nothing = rows.rare(10)
    for row in place.paced(rows.tuples):
        unit, member, identity, name, label, definition, is_unique, is_primary, numbers, keys = row[:10]
        table = place.identities.get(unit)
        if table is None:
            continue
        named = place.columns[unit]
        shown = [named[number].name if number else "" for number in numbers]
        stored = shown if len(shown) == 1 else naming.distinct(shown)
        rest: Row = {}
        if row[10:] != nothing:
            rest = {n: value for n, value in zip(names, row[10:], strict=True) if value is not None}
            if parts := rest.pop("parts", None):
                stored = [part[0] for part in parts]
                shown = [plain or _bracketed(part[1]) for plain, part in zip(shown, parts, strict=True)]
                rest["statistics"] = tuple(f"{part[0]}={part[2]}" for part in parts if part[2] is not None)
            place.steady(rest, "predicate")
        constraint, letter = enforced.get(member, ("", ""))
        ending = _LABELS.get(letter, "idx")
        place.indexes[member] = identity, stored
        definition = (
            canonical.index_definition(definition, label or name, table)
            if definition
            else f"USING btree ({named[numbers[0]].label})"
        )
        place.put(unit, member, Index(
            identity=identity, table=table, name=name, definition=place.window.steady(definition),
            is_unique=is_unique, is_primary=is_primary, method=definition.split(" ", 2)[1],
            columns=tuple(shown[:keys]), include=tuple(shown[keys:]),
            constraint=f"{table}.{constraint}" if constraint else "", comment=place.comment("pg_class", member),
            is_name_generated=naming.is_generated(name, ending, place.names[unit], () if letter == "p" else stored),
            **rest,
        ))  # fmt: skip


def constraints(place: Place, rows: Rows) -> None:
    """Add the constraints of tables and domains."""
    names, nothing = rows.rare(11)
    for row in place.paced(rows.tuples):
        unit, member, label, name, letter, numbers, definition, index, references, referenced, keys = row[:11]
        table = place.identities.get(unit)
        if table is None:
            continue
        rest: Row = {}
        if row[11:] != nothing:
            rest = {n: value for n, value in zip(names, row[11:], strict=True) if value is not None}
        named = place.columns[unit]
        held = [named[n] for n in numbers or () if n]
        own = tuple([column.name for column in held])
        if letter == "f":
            named = place.columns[referenced]
            rest |= _reference(references, held, [named[n] for n in keys])
        enforcing, stored = place.indexes.get(index, ("", list(own)))
        place.put(unit, member, Constraint(
            identity=f"{table}.{label or name}", table=table, name=name, type=_CONSTRAINTS[letter],
            on_domain=unit >> 32 == 1, columns=own, index=enforcing, comment=place.comment("pg_constraint", member),
            definition=place.window.steady(canonical.constraint_definition(definition)),
            is_name_generated=_is_chosen(name, letter, place.names[unit], stored, "inherited_from" in rest), **rest,
        ))  # fmt: skip


def _reference(references: str, held: list[Named], referenced: list[Named]) -> dict[str, Any]:
    return {
        "references": references,
        "referenced_columns": tuple([column.name for column in referenced]),
        "column_types": tuple([column.type for column in held]),
        "referenced_types": tuple([column.type for column in referenced]),
    }


def _is_chosen(name: str, letter: str, table: str, columns: list[str], is_inherited: bool) -> bool:  # noqa: FBT001 - a property of the name
    label = _LABELS[letter]
    if is_inherited and naming.has_ending(name, label):
        return True
    if naming.is_generated(name, label, table, () if letter == "p" else columns):
        return True
    return letter == "c" and naming.is_generated(name, label, table)


def mentioned(place: Place, rows: Rows) -> None:
    """Note columns that are not read themselves."""
    for unit, member, name, label, kind, collation in rows.tuples:
        place.columns[unit][member] = Named(name, _typed(kind, collation), label)


def _typed(kind: str, collation: str | None) -> str:
    return f"{kind} COLLATE {collation}" if collation else kind


def _bracketed(expression: str) -> str:
    return expression if expression.startswith("(") else f"({expression})"

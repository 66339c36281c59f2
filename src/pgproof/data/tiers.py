"""Candidates for one column that CHECKs or domains judge, the most natural ones first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pgproof.data.constants import (
    Constants,
    constants,
    near_numbers,
    near_times,
    of_lengths,
    of_patterns,
    of_strange_types,
    stock,
)
from pgproof.data.facts import ColumnFacts, TypeFacts, Types
from pgproof.data.scalars import TEXTS, TIMES, TOPS, Slot
from pgproof.data.values import Values, quoted, values

MARGIN = 20
"""Candidates beyond the rows that are wanted."""
NUMERIC = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A column for which values are wanted."""

    table: str
    alias: str
    """The table's bare name."""
    column: ColumnFacts
    slot: Slot
    checks: tuple[str, ...] = ()
    """CHECKs that look at this column alone."""
    hints: tuple[str, ...] = ()
    """Other expressions that speak of it: CHECKs over several columns, bounds of partitions."""
    first: int = 0
    """The number of the first row."""
    count: int = 20
    """How many rows."""
    is_distinct: bool = False
    """Whether each row must have its own."""

    @property
    def rows(self) -> range:
        """The rows for which candidates are made."""
        return range(self.first, self.first + self.count + MARGIN)


def ground_values(wish: Wish, types: Types) -> Values | None:
    """Return the values of the type below all domains; None where it is not known how to make one."""
    ground, modifier = types.ground(wish.column.type, wish.slot.modifier)
    return values(types, ground.oid, replace(wish.slot, modifier=modifier))


def expressions(wish: Wish, types: Types) -> list[str]:
    """Return everything that is said about the column's values."""
    return [*wish.checks, *(c for d in types.domains(wish.column.type) for c in d.checks), *wish.hints]


def nearest(wish: Wish, types: Types) -> list[tuple[str, ...]]:
    """Return the first candidates: our own series; what the checks name."""
    ground, _ = types.ground(wish.column.type, wish.slot.modifier)
    made = ground_values(wish, types)
    return [tuple(made(n) for n in wish.rows) if made else (), followed(expressions(wish, types), ground, wish)]


def further(wish: Wish, types: Types) -> list[tuple[str, ...]]:
    """Return many more candidates, for where the first are not enough: common forms; sizes; lengths and patterns."""
    ground, _ = types.ground(wish.column.type, wish.slot.modifier)
    made = ground_values(wish, types)
    found = constants(expressions(wish, types))
    is_open = ground.name in TEXTS or made is None
    forms: list[str] = []
    if is_open or ground.name in {"json", "jsonb"}:
        forms += stock(wish.rows, wish.slot.floor)
    if made is None:
        forms = [*of_strange_types(wish.rows), *forms]
    return [
        plausible(forms, ground),
        tuple(_arrays(found, wish, ground, types)) if ground.element else (),
        (*of_patterns(found, wish.rows), *of_lengths(found.numbers, wish.rows)) if is_open else (),
    ]


def followed(said: Sequence[str], ground: TypeFacts, wish: Wish) -> tuple[str, ...]:
    """Return the literals of expressions and what lies near them, as far as the type may take them."""
    found = constants(said)
    near: list[str] = []
    if ground.category == "N":
        near += near_numbers(found.numbers, len(wish.rows))
    if ground.name in TIMES:
        near += near_times(found.texts, len(wish.rows))
    return plausible([*found.texts, *near], ground)


def _arrays(found: Constants, wish: Wish, ground: TypeFacts, types: Types) -> Iterator[str]:
    """Yield arrays of the sizes and elements that the checks name."""
    delimiter = types[ground.element].delimiter
    inner = values(types, ground.element, replace(wish.slot, is_key=True, default=""))
    sizes = sorted({int(n) for n in found.numbers if 0 <= n <= 20} | {0, 1, 3})  # noqa: PLR2004 - arrays stay small
    for size in sizes:
        for n in wish.rows if inner else ():
            yield "{" + delimiter.join(quoted(inner(n + i), "\\") for i in range(size)) + "}" if inner else ""
    for place, literal in enumerate(found.texts):
        yield "{" + quoted(literal, "\\") + "}"
        yield "{" + delimiter.join(quoted(other, "\\") for other in found.texts[: place + 1]) + "}"


def plausible(candidates: Iterable[str], ground: TypeFacts) -> tuple[str, ...]:
    """Return the candidates that a type's input may well take; one that it refuses costs a round trip."""
    accepts = _acceptor(ground)
    return tuple(dict.fromkeys(c for c in candidates if accepts(c)))


def _acceptor(ground: TypeFacts) -> Callable[[str], bool]:
    if ground.variety == "e":
        return ground.labels.__contains__
    if ground.name in TOPS:
        top = TOPS[ground.name]
        return lambda c: bool(re.fullmatch(r"-?\d{1,19}", c)) and -top <= int(c) <= top
    if ground.category == "N" and ground.variety == "b":
        return lambda c: bool(NUMERIC.fullmatch(c))
    if ground.name in TIMES:
        return lambda c: bool(re.match(r"\d{4}-\d\d-\d\d", c))
    named: dict[str, Callable[[str], bool]] = {
        "bool": {"t", "f", "true", "false"}.__contains__,
        "json": _is(json.loads),
        "jsonb": _is(json.loads),
        "uuid": _is(UUID),
    }
    return named.get(ground.name, lambda _c: True)


def _is(read: Callable[[str], object]) -> Callable[[str], bool]:
    def accepts(candidate: str) -> bool:
        try:
            read(candidate)
        except ValueError:
            return False
        return True

    return accepts

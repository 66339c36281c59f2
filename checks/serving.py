"""When one index does the work of another: it has the same keys, or starts with them and has more."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pgproof import Catalog, Index, NotReached

_OPENING = re.compile(r'^USING (?:"(?:[^"]|"")+"|\S+) ')
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),\[\]]|[^'"(),\[\]]+""")
_OPTIONS = re.compile(r" WITH \(.*?\)(?= WHERE |$)", re.DOTALL)


def valid_beside(index: Index, catalog: Catalog) -> list[Index]:
    """Return the valid indexes of its table, itself included; raises NotReached where it is none of them."""
    if not index.is_valid:
        raise NotReached("it is not valid: see index-is-valid")
    return [other for other in catalog.indexes if other.table == index.table and other.is_valid]


def plainly(index: Index) -> str:
    """Return the definition without what makes it unique, which a plain index beside it does not need."""
    return index.definition.replace(" NULLS NOT DISTINCT", "")


def kept_of(index: Index, others: Iterable[Index], catalog: Catalog) -> Index:
    """Return the index that makes this one needless, of all that do the one to keep; itself, where there is none."""
    late = {constraint.identity for constraint in catalog.constraints if constraint.deferrable}
    return min((other for other in others if _stands_in(other, index, late)), key=_worth, default=index)


def _stands_in(other: Index, index: Index, late: Container[str]) -> bool:
    """Whether one index does all that another one does; ``late`` are constraints that are checked at COMMIT."""
    if other.identity == index.identity:
        return True
    if plainly(other) != plainly(index) or index.is_replica_identity:
        return False
    if not index.is_unique:
        return True
    is_as_strict = "NULLS NOT DISTINCT" not in index.definition or "NULLS NOT DISTINCT" in other.definition
    is_at_once = other.constraint not in late or index.constraint in late
    return other.is_unique and (is_as_strict or other.is_primary) and is_at_once


def why_needed(index: Index) -> list[str]:
    """Return which constraint needs an index, as a line."""
    return [f"{index.identity} enforces {index.constraint}"] if index.constraint else []


def _worth(index: Index) -> tuple[bool, bool, bool, bool, str]:
    return (
        not index.is_primary,
        not index.constraint,
        not index.is_unique,
        not (index.is_replica_identity or index.is_clustered),
        index.identity,
    )


class Keys(NamedTuple):
    """The keys of an index, each with collation, operator class and order, and what its definition says after them."""

    keys: tuple[str, ...]
    rest: str


def longer(index: Index, others: Iterable[Index]) -> list[Index]:
    """Return the indexes that serve all queries of this one and more, the shortest first."""
    found = (other for other in others if other.is_ready and _is_served(index, other))
    return sorted(found, key=lambda other: (len(other.columns), len(other.include), other.identity))


def is_needed(index: Index) -> bool:
    """Whether an index does what no longer one does for it."""
    return index.is_unique or bool(index.constraint) or index.is_replica_identity or index.is_clustered


def _is_served(index: Index, other: Index) -> bool:
    if other.table != index.table or other.method != index.method or other.predicate != index.predicate:
        return False
    mine, theirs = keys_of(index.definition), keys_of(other.definition)
    if theirs.keys[: len(mine.keys)] != mine.keys or not set(index.include) <= _returned(other):
        return False
    if index.method != "btree" and _options(mine.rest) != _options(theirs.rest):
        return False  # how much a BRIN, GIN or bloom index finds depends on them
    return len(theirs.keys) > len(mine.keys) or set(other.include) > set(index.include)


def _returned(index: Index) -> set[str]:
    """Return the columns that an index-only scan gives back; the keys of a btree are among them."""
    return {*index.include, *(index.columns if index.method == "btree" else ())}


def _options(rest: str) -> str:
    found = _OPTIONS.search(rest)
    return found[0] if found else ""


@lru_cache(maxsize=4096)
def keys_of(definition: str) -> Keys:
    """Return the keys of a definition as PostgreSQL writes it: ``USING btree (a, lower(b) DESC) INCLUDE (c) …``."""
    opening = _OPENING.match(definition)
    parts = list(_parts(definition[opening.end() :] if opening else definition))
    return Keys(keys=tuple(part.strip() for part in parts[:-1]), rest=parts[-1])


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between the commas of the first parentheses, then all that comes after these."""
    depth, part, end = 0, "", 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        depth += (sign in "([") - (sign in ")]")
        if depth == 0:
            end = token.end()
            break
        if depth == 1 and sign == ",":
            yield part
            part = ""
        elif not (depth == 1 and sign == "(" and token.start() == 0):
            part += sign
    yield part
    yield text[end:]

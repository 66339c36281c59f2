"""Objects without the names that the server chose for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

from pgproof.catalog.catalog import FIELDS, Catalog
from pgproof.catalog.model import Column, Object

_NEXTVAL = re.compile(r"nextval\('((?:[^']|'')*)'::regclass\)")
_COMPARED = {kind: tuple(f.name for f in fields(kind) if f.compare) for kind in FIELDS}
_REFERENCES = ("constraint", "index", "inherited_from", "partition_of")


class Spelling:
    """How the objects of one catalog are compared with those of another."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """What an object is, for each identity that the server chose."""
        catalog = self._catalog
        aliases = {s.identity: f"(sequence of {s.owned_by})" for s in catalog.sequences if s.is_name_generated}
        constraints = ((c.identity, c.table, c.definition) for c in catalog.constraints if c.is_name_generated)
        indexes = ((i.identity, i.table, i.definition) for i in catalog.indexes if i.is_name_generated)
        aliases |= {identity: f"({table} {definition})" for identity, table, definition in (*constraints, *indexes)}
        return aliases

    def spelt(self, thing: Object) -> dict[str, Any]:
        """Return the fields of an object, with chosen names of others as what they are."""
        values = {name: getattr(thing, name) for name in _COMPARED[type(thing)]}
        for name in _REFERENCES:
            if values.get(name):
                values[name] = self.aliases.get(values[name], values[name])
        if isinstance(thing, Column) and "nextval(" in thing.default:
            values["default"] = _NEXTVAL.sub(self._nextval, thing.default)
        return values

    def key(self, thing: Object) -> object:
        """Return what makes two objects the same: everything, but for a chosen name."""
        values = self.spelt(thing)
        if getattr(thing, "is_name_generated", False):
            values["identity"] = values["name"] = None
        return tuple(values.items())

    def _nextval(self, found: re.Match[str]) -> str:
        identity = found[1].replace("''", "'")
        return f"nextval({self.aliases[identity]})" if identity in self.aliases else found[0]

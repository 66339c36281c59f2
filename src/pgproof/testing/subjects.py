"""What checks are about: the migrations and the catalog objects of the preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgproof.finding import Kind
from pgproof.testing.each import KINDS

if TYPE_CHECKING:
    from pgproof.catalog.catalog import Catalog
    from pgproof.catalog.model import Object
    from pgproof.contract import Agreed, Comparison
    from pgproof.walk.evidence import Preview

HISTORY = "history"
"""The subject of a check over the history as a whole."""

PLURALS: dict[Kind, str] = {
    "migration": "migrations",
    "history": "histories",
    "table": "tables",
    "constraint": "constraints",
    "index": "indexes",
    "foreign_key": "foreign keys",
    "sequence": "sequences",
    "kind": "kinds of object",
}


def subjects(kind: Kind, preview: Preview) -> list[tuple[str, object]]:
    """Return the subjects of a kind as (name, value), in the order of the history or by name.

    Partitions, and what they have from their root, report under the root.
    """
    if kind == "migration":
        return [(migration.version, migration) for migration in preview.history.migrations]
    if kind == "history":
        return [(HISTORY, preview.history)]
    return sorted((thing.identity, thing) for thing in _objects(kind, preview.catalog))


def agreed_subjects(kind: Kind, comparison: Comparison) -> Sequence[Agreed]:
    """Return what the contract names of a kind, in its order."""
    if kind == "table":
        return comparison.tables()
    return comparison.kinds() if kind == "kind" else comparison.parts(kind)


def all_names(preview: Preview, comparison: Comparison) -> frozenset[str]:
    """Return the names of all subjects of all kinds."""
    agreed = (*(one for kind in KINDS for one in agreed_subjects(kind, comparison)),)
    names = [name for kind in KINDS for name, _ in subjects(kind, preview)]
    return frozenset((*names, *(one.identity for one in agreed), *(bounds.table for bounds in comparison.rows())))


def migration_of(kind: Kind, name: str, preview: Preview) -> str:
    """Return the migration itself, or the one that added or last changed the object; empty where unknown."""
    if kind == "migration":
        return name
    seen_as = "constraint" if kind == "foreign_key" else kind
    return preview.first_seen.get(f"{seen_as} {name}", "")


def _objects(kind: Kind, catalog: Catalog) -> Sequence[Object]:
    if kind == "table":
        return [table for table in catalog.tables if not table.partition_of]
    if kind == "constraint":
        return [constraint for constraint in catalog.constraints if not constraint.inherited_from]
    if kind == "index":
        return [index for index in catalog.indexes if not index.partition_of]
    if kind == "kind":
        return []
    return catalog.foreign_keys if kind == "foreign_key" else catalog.sequences

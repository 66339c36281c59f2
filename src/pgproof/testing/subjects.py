"""What checks are about: the migrations and the catalog objects of the preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pgproof.finding import Kind
from pgproof.testing.each import KINDS

if TYPE_CHECKING:
    from pgproof.catalog.catalog import Catalog
    from pgproof.catalog.model import Object
    from pgproof.catalog.references import Reference
    from pgproof.contract import Agreed, Comparison
    from pgproof.released.model import Releases
    from pgproof.walk.evidence import Preview

HISTORY = "history"
"""The subject of a check over the history as a whole."""

PLURALS: dict[Kind, str] = {
    "migration": "migrations",
    "history": "histories",
    "release": "releases",
    "released": "released migrations",
    "table": "tables",
    "constraint": "constraints",
    "index": "indexes",
    "foreign_key": "foreign keys",
    "reference": "columns named after a table",
    "sequence": "sequences",
    "kind": "kinds of object",
}

_SEEN_AS: dict[Kind, str] = {"foreign_key": "constraint", "reference": "column"}
"""The kind of catalog object that a subject is, where it is not called so."""


def subjects(kind: Kind, preview: Preview) -> list[tuple[str, object]]:
    """Return the subjects of a kind as (name, value), in the order of the history or by name.

    Partitions, and what they have from their root, report under the root.
    """
    if kind == "migration":
        return [(migration.version, migration) for migration in preview.history.migrations]
    if kind == "history":
        return [(HISTORY, preview.history)]
    if kind == "release":
        return [("release", preview.release)]
    if kind == "released":
        return _released(preview.releases)
    return sorted((thing.identity, thing) for thing in _objects(kind, preview.catalog))


def judged_subjects(kind: Kind, preview: Preview) -> list[tuple[str, object]]:
    """Return the subjects that are judged: all, or with a base what newer migrations are, added or changed."""
    return [(name, value) for name, value in subjects(kind, preview) if is_judged(kind, name, preview)]


def is_judged(kind: Kind, name: str, preview: Preview) -> bool:
    """Whether a subject is judged: without a base every one is."""
    if not preview.base or kind in {HISTORY, "release", "released", "kind"}:
        return True
    if kind == "migration":
        return name in preview.newer
    return f"{_SEEN_AS.get(kind, kind)} {name}" in preview.touched


def has_rows_judged(table: str, preview: Preview) -> bool:
    """Whether the rows of a table are counted: without a base those of every one are."""
    return is_judged("table", table, preview) or f"rows {table}" in preview.touched


def older(kind: Kind, count: int, preview: Preview) -> str:
    """Return why ``count`` subjects are not judged."""
    if kind == "migration":
        return f"{count} migration{' is' if count == 1 else 's are'} older than {preview.base}"
    what = f"{count} {PLURALS[kind]}" if count > 1 else f"1 of the {PLURALS[kind]}"
    return f"{what}: no migration that is newer than {preview.base} touches {'it' if count == 1 else 'them'}"


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
    seen_as = _SEEN_AS.get(kind, kind)
    key = f"{seen_as} {name}"
    return preview.first_seen.get(key) or preview.touched.get(key, "")


def absent(kind: Kind, preview: Preview) -> str:
    """Return why a kind has no subject."""
    if kind == "released" and not (preview.releases.lock or preview.releases.base):
        return "no released migration is known: `pgproof lock` writes them down, --since=BRANCH looks into git"
    return f"the history has no {PLURALS[kind]}"


def _released(releases: Releases) -> list[tuple[str, object]]:
    """Return the released migrations that need a word, and all others as one."""
    found: list[tuple[str, object]] = [(one.version, one) for one in releases.migrations if not one.is_as_released]
    return [*found, (HISTORY, releases.unchanged)] if releases.unchanged.count else found


def _objects(kind: Kind, catalog: Catalog) -> Sequence[Object | Reference]:
    if kind == "table":
        return [table for table in catalog.tables if not table.partition_of]
    if kind == "constraint":
        return [constraint for constraint in catalog.constraints if not constraint.inherited_from]
    if kind == "index":
        return [index for index in catalog.indexes if not index.partition_of]
    if kind == "kind":
        return []
    if kind == "reference":
        from pgproof.catalog.references import references  # noqa: PLC0415 - loads the model of catalogs

        return references(catalog)
    return catalog.foreign_keys if kind == "foreign_key" else catalog.sequences

"""Statements about indexes, to paste."""

from __future__ import annotations

from pgproof import Catalog, Index, identifier


def drop(index: Index) -> str:
    """Return what takes an index away."""
    if index.constraint:
        return f"ALTER TABLE {index.table} DROP CONSTRAINT {identifier(index.name)};"
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index.identity};"


def rebuild(index: Index, catalog: Catalog) -> str:
    """Return what builds an index that is not whole again."""
    partitions = sorted(t.identity for t in catalog.tables if t.partition_of == index.table)
    attached = {i.table for i in catalog.indexes if i.partition_of == index.identity}
    if partitions:
        missing = ", ".join(t for t in partitions if t not in attached)
        return f"ALTER INDEX {index.identity} ATTACH PARTITION …; for the index of each of: {missing}"
    unique = "UNIQUE " if index.is_unique else ""
    name = identifier(index.name)
    return (
        f"DROP INDEX CONCURRENTLY IF EXISTS {index.identity};\n"
        f"CREATE {unique}INDEX CONCURRENTLY {name} ON {index.table} {index.definition};"
    )

"""Statements about references, to paste."""

from __future__ import annotations

from pgproof import Constraint, Reference, identifier

from .wording import plain


def mend(key: Constraint) -> str:
    """Return what takes the orphans of a foreign key away."""
    if len(key.columns) > 1:
        return f"Mend or delete the rows of {key.table} that the statement lists."
    own, other = identifier(key.columns[0]), identifier(key.referenced_columns[0])
    lines = (
        f"UPDATE {key.table} child SET {own} = NULL",  # noqa: S608 - shown, never sent
        f"WHERE {own} IS NOT NULL",
        f"  AND NOT EXISTS (SELECT FROM {key.references} parent WHERE parent.{other} = child.{own});",
        "(or to a row that exists, where the column may not be NULL)",
    )
    return "\n".join(lines)


def refer(reference: Reference) -> str:
    """Return what gives a column its foreign key, without a long lock."""
    column = reference.column
    own, name = identifier(column.name), identifier(f"{plain(column.table)}_{column.name}_fkey")
    if reference.is_partitioned:
        return "\n".join((
            f"ALTER TABLE {column.table} ADD CONSTRAINT {name}",
            f"  FOREIGN KEY ({own}) REFERENCES {reference.table} ({identifier(reference.key)});",
            "(It reads all rows: give each large partition the same key first, NOT VALID, and validate it there.)",
        ))
    return "\n".join((
        f"ALTER TABLE {column.table} ADD CONSTRAINT {name}",
        f"  FOREIGN KEY ({own}) REFERENCES {reference.table} ({identifier(reference.key)}) NOT VALID;",
        f"ALTER TABLE {column.table} VALIDATE CONSTRAINT {name};",
    ))

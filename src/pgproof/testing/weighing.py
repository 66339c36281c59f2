"""What a finding weighs where that depends on how many rows a table has in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgproof.finding import Finding

if TYPE_CHECKING:
    from pgproof.catalog.catalog import Catalog
    from pgproof.testing.run import Run
    from pgproof.walk.evidence import Preview


def why_light(finding: Finding, run: Run) -> str:
    """Return why a finding is advice here, as a sentence: each table that weighs it is small; else nothing."""
    if not finding.weighed_by or run.sizes.file is None:
        return ""
    least = run.settings.lock_rows
    rows = {table: _rows(table, run) for table in finding.weighed_by}
    known = {table: count for table, count in rows.items() if count is not None and count < least}
    if len(known) < len(rows):
        return ""
    told = ", ".join(f"{table} has {count:,} rows" for table, count in known.items())
    return f"This is advice, since {told} in production ({run.sizes.file.name}), fewer than lock_rows ({least:,})."


def _rows(table: str, run: Run) -> int | None:
    """Return the rows of a table; of a partition, which its root counts, no more than those of the root."""
    known = run.sizes.rows.get(table)
    root = _root(table, run.evidence.preview.catalog) if known is None else ""
    return _rows(root, run) if root else known


def _root(table: str, catalog: Catalog) -> str:
    return next((one.partition_of for one in catalog.tables if one.identity == table), "")


def tables_ever(preview: Preview) -> frozenset[str]:
    """Return every table that the history has at some time, and the tool's own."""
    from pgproof.tool.names import identifier  # noqa: PLC0415 - loads the grammar

    own = f"{identifier(preview.history_table.schema)}.{identifier(preview.history_table.table)}"
    seen = (name for kind, _, name in (seen.partition(" ") for seen in preview.first_seen) if kind == "table")
    return frozenset((*seen, *(table.identity for table in preview.catalog.tables), own))

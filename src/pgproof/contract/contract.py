"""contract.toml as a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pgproof.catalog.contract.block import SECTIONS, Blocks
from pgproof.catalog.contract.toml import read_blocks
from pgproof.contract.bounds import RowBounds, read_bounds
from pgproof.contract.changes import DataChange, read_changes
from pgproof.errors import UsageFault, did_you_mean
from pgproof.settings.reading import Keys, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What is agreed on; an empty contract says nothing."""

    file: Path | None = None
    migrations: Mapping[str, DataChange] = field(default_factory=dict)
    schema: Blocks = field(default_factory=dict)
    """The objects of the schema; empty where the contract says nothing about it."""
    rows: Mapping[str, RowBounds] = field(default_factory=dict)
    """Table identity → how many rows it may hold."""

    def of(self, version: str) -> DataChange:
        """Return what is declared for a migration: nothing, where it is not named."""
        return self.migrations.get(version, DataChange())

    def demand_known(self, tables: Collection[str], columns: Collection[str]) -> None:
        """Raise UsageFault for an entry that names a table or column which the history never has."""
        named = [
            (f'[migrations."{version}"]', name, kind, known)
            for version, change in self.migrations.items()
            for names, kind, known in ((change.deletes, "table", tables), (change.rewrites, "column", columns))
            for name in names
        ]
        if not self.schema:  # else a table that is missing is a finding
            named += [("[tables]", name, "table", tables) for name in self.rows]
        for place, name, kind, known in named:
            if name not in known:
                raise UsageFault(
                    f"{self.file}: {place} names {name}, and the history never has such a {kind}."
                    f"{did_you_mean(name, known)}",
                    'Write the name in full and as SQL would: public."Order Items", public.t.column.',
                )


def read_contract(file: Path | None, versions: Iterable[str]) -> Contract:
    """Return the contract; raises UsageFault for unknown keys, a missing reason, a version that is not on disk."""
    if file is None:
        return Contract()
    keys = Keys(_parsed(file), file.name)
    entries = keys.take("migrations") or {}
    sections = {name: keys.take(name) or {} for name in SECTIONS.values()}
    keys.done()
    blocks, rows = read_blocks(sections, file.name)
    is_schema = any(block.size > 1 for block in blocks.values())
    return Contract(
        file=file,
        migrations=read_changes(entries, versions, keys, file.name),
        schema=blocks if is_schema else {},
        rows={table: read_bounds(table, given, f"{file.name} [tables.'{table}']") for table, given in rows.items()},
    )


def _parsed(file: Path) -> dict[str, object]:
    try:
        return read_toml(file)
    except UsageFault as fault:
        marks = re.search(r"^<{7} ", file.read_text("utf-8", "replace"), re.MULTILINE) if file.is_file() else None
        if marks is None:
            raise
        raise UsageFault(
            f"{file} holds a conflict of git.",
            "Keep either side of what is about the schema, and both of the rest; `pgproof contract` then writes the "
            "schema that the migrations of both make.",
        ) from fault

"""``sizes.toml``: how many rows each table has in production."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pgproof.errors import UsageFault, did_you_mean
from pgproof.settings.reading import Keys, read_toml

_NAMED = 5
"""Unknown names that are named in one message."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows by table, as far as they are known."""

    file: Path | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def demand_known(self, tables: Collection[str]) -> None:
        """Raise UsageFault where a name is no table that the history ever has."""
        unknown = [name for name in self.rows if name not in tables]
        if unknown and self.file is not None:
            closest = did_you_mean(unknown[0], tables)
            more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
            names = ", ".join(unknown[:_NAMED]) + more
            raise UsageFault(
                f"{self.file.name}: no migration makes a table {names}.{closest}",
                'Take these lines out, or write the names as pgproof does: public.users, public."Order Items".',
            )


def read_sizes(file: Path | None) -> Sizes:
    """Return the sizes of a file, none where there is no file; raises UsageFault."""
    if file is None:
        return Sizes()
    keys = Keys(read_toml(file), file.name)
    listed = keys.take("rows")
    keys.done()
    place = f"{file.name} [rows]"
    tables = Keys(listed if listed is not None else {}, place)
    rows: dict[str, int] = {}
    for name in listed if isinstance(listed, Mapping) else ():
        count = tables.take(name)
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise tables.wrong(name, count, "a number of rows, from 0")
        rows[name] = count
    return Sizes(file, rows)

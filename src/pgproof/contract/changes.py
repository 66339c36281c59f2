"""Data changes that migrations make on purpose, as the team declares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pgproof.errors import UsageFault, did_you_mean
from pgproof.settings.reading import Keys

Deletes = int | Literal["any"]
"""At most so many rows, or any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange:
    """What one migration is declared to do to rows that were there before it."""

    deletes: Mapping[str, Deletes] = field(default_factory=dict)
    """Table identity → rows that may go."""
    rewrites: tuple[str, ...] = ()
    """Column identities whose values may change."""
    irreversible: bool = False
    reason: str = ""

    def may_delete(self, table: str, rows: int) -> bool:
        """Return whether so many rows of a table may go."""
        allowed = self.deletes.get(table, 0)
        return allowed == "any" or rows <= allowed

    def may_rewrite(self, column: str) -> bool:
        """Return whether the values of a column may change."""
        return column in self.rewrites


def read_changes(entries: object, versions: Iterable[str], keys: Keys, file: str) -> dict[str, DataChange]:
    """Return what ``[migrations."<version>"]`` declare; raises UsageFault for what cannot be meant."""
    if not isinstance(entries, Mapping):
        raise keys.wrong("migrations", entries, 'tables, each written [migrations."<version>"]')
    known = tuple(versions)
    for version in entries:
        if version not in known:
            raise UsageFault(
                f'{file}: [migrations."{version}"] matches no migration.{did_you_mean(version, known)}',
                "Correct the version, or take the entry out.",
            )
    place = f'{file} [migrations."{{}}"]'
    return {version: _data_change(entry, place.format(version)) for version, entry in entries.items()}


def _data_change(entry: object, place: str) -> DataChange:
    keys = Keys(entry, place)
    change = DataChange(
        deletes=_deletes(keys),
        rewrites=keys.texts("rewrites"),
        irreversible=keys.flag("irreversible"),
        reason=keys.needed("reason"),
    )
    keys.done()
    if not (change.deletes or change.rewrites or change.irreversible):
        raise UsageFault(f"{place} declares nothing.", "Add deletes, rewrites or irreversible, or take the entry out.")
    return change


def _deletes(keys: Keys) -> dict[str, Deletes]:
    given = keys.take("deletes") or {}
    if not isinstance(given, Mapping):
        raise keys.wrong("deletes", given, 'a table such as { "public.t" = 3 } or { "public.t" = "any" }')
    found: dict[str, Deletes] = {}
    for table, rows in given.items():
        if rows == "any":
            found[table] = "any"
        elif isinstance(rows, int) and not isinstance(rows, bool) and rows > 0:
            found[table] = rows
        else:
            raise keys.wrong(f'deletes."{table}"', rows, 'a number of rows from 1, or "any"')
    return found

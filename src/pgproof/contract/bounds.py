"""How many rows a table may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from pgproof.settings.reading import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBounds:
    """The rows that migrations may leave in a table."""

    table: str
    least: int = 0
    most: int | None = None
    """No bound where it is None."""

    def take_in(self, rows: int) -> bool:
        """Return whether so many rows are as agreed."""
        return self.least <= rows and (self.most is None or rows <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least:,}"
        if self.least == self.most:
            return f"exactly {self.most:,}"
        return f"{self.least:,} to {self.most:,}" if self.least else f"at most {self.most:,}"


def read_bounds(table: str, given: object, place: str) -> RowBounds:
    """Return ``rows = 3`` or ``rows = { min = 1, max = 9 }``; raises UsageFault for anything else."""
    block = Keys({"rows": given}, place)
    if _is_count(given):
        return RowBounds(table=table, least=given, most=given)
    if not isinstance(given, dict) or not given:
        raise block.wrong("rows", given, "a number, or a table such as { min = 1, max = 9 }")
    keys = Keys(given, f"{place} rows")
    least, most = keys.take("min"), keys.take("max")
    keys.done()
    for name, value in (("min", least), ("max", most)):
        if value is not None and not _is_count(value):
            raise keys.wrong(name, value, "a whole number from 0")
    bounds = RowBounds(table=table, least=least or 0, most=most)  # type: ignore[arg-type]  # both were just looked at
    if bounds.most is not None and bounds.most < bounds.least:
        raise block.wrong("rows", given, "a range whose max is not below its min")
    return bounds


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

"""One generic difference over typed values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One property, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One object that is in one catalog and not in the other, or not the same."""

    kind: str
    identity: str
    what: str
    """``added``, ``removed``, ``changed``."""
    fields: tuple[FieldChange, ...] = ()
    is_weak: bool = False
    """Worth a word, and no difference (the order of columns)."""

    def __str__(self) -> str:
        """Return one line, e.g. ``column public.t.c changed: nullable true → false``."""
        fields = "; ".join(f"{f.name} {f.before or '(none)'} → {f.after or '(none)'}" for f in self.fields)
        return f"{self.kind} {self.identity} {self.what}" + (f": {fields}" if fields else "")

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


def diff(before, after):
    import dataclasses
    out = []
    for f in dataclasses.fields(before):
        b = {o.identity: o for o in getattr(before, f.name)}
        a = {o.identity: o for o in getattr(after, f.name)}
        for i in sorted(b.keys() | a.keys()):
            if i not in a: out.append(Change(kind=b[i].kind, identity=i, what="removed"))
            elif i not in b: out.append(Change(kind=a[i].kind, identity=i, what="added"))
            elif a[i] != b[i]: out.append(Change(kind=a[i].kind, identity=i, what="changed", is_weak={g.name for g in dataclasses.fields(a[i]) if getattr(a[i], g.name) != getattr(b[i], g.name)} <= {"position"}))
    return tuple(out)

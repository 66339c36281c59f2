"""The baseline: findings that were there when pgproof came, accepted for now with reason and date.

Keyed on check id and subject, never on node ids, so that it holds however the checks are run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pgproof.settings.reading import Keys, read_toml

NAME = "pgproof.baseline.toml"

Key = tuple[str, str]
"""Check id and subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A finding that is accepted for now."""

    check: str
    subject: str
    reason: str
    date: date
    """The day on which it was accepted."""
    said: str = ""
    """What it said then, in one line."""

    @property
    def key(self) -> Key:
        """What it goes by."""
        return self.check, self.subject


@dataclass(frozen=True, slots=True)
class Baseline:
    """All accepted findings."""

    entries: Mapping[Key, Accepted] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Accepted]:
        return iter(self.entries.values())

    def find(self, check: str, subject: str) -> Accepted | None:
        """Return the entry of a finding."""
        return self.entries.get((check, subject))


def read_baseline(file: Path | None) -> Baseline:
    """Return what a file accepts, nothing where there is none; raises UsageFault for what is no baseline.

    Of two entries for one finding, as a merge may leave them, the first counts.
    """
    if file is None or not file.exists():
        return Baseline()
    keys = Keys(read_toml(file), file.name)
    listed = keys.take("accepted")
    if listed is not None and not isinstance(listed, list):
        raise keys.wrong("accepted", listed, "a list of tables, each written [[accepted]]")
    keys.done()
    entries: dict[Key, Accepted] = {}
    for one in listed or ():
        entry = _entry(one, f"{file.name} [[accepted]]")
        entries.setdefault(entry.key, entry)
    return Baseline(entries)


def _entry(values: object, place: str) -> Accepted:
    keys = Keys(values, place)
    check, subject, reason = keys.needed("check"), keys.needed("subject"), keys.needed("reason")
    day = keys.day("date")
    if day is None:
        raise keys.wrong("date", day, "the day on which it was accepted, such as 2026-12-31")
    entry = Accepted(check=check, subject=subject, reason=reason, date=day, said=keys.text("said") or "")
    keys.done()
    return entry

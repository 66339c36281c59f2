"""What the selected items want from the walk; a worker of xdist writes it down for the controller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pgproof.finding import Check, Kind
from pgproof.testing.items import about
from pgproof.walk.need import Need, Probe

if TYPE_CHECKING:
    from pgproof.walk.evidence import Release

_STEP = frozenset({"step", "met", "applied_again", "undone", "redone"})
_END = frozenset({"end", "steps", "release_undone", "rolled_back"})
_PROBES: Mapping[str, frozenset[Probe]] = {
    "applied_again": frozenset({"again"}),
    "undone": frozenset({"down"}),
    "redone": frozenset({"down", "redo"}),
}
"""Names of fixtures → the probes that they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How far to walk and with which probes, and the records of the checks that ask for it."""

    walks: bool = False
    to_the_end: bool = False
    versions: tuple[str, ...] = ()
    """Those whose step is asked for."""
    probes: Mapping[str, frozenset[Probe]] = field(default_factory=dict)
    """Version → names of probes."""
    release: bool = False
    """Whether the release is rolled back at the end."""
    rollback: bool = False
    records: Mapping[str, Check] = field(default_factory=dict)
    """Every check that was collected, selected or not."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def need(self, versions: tuple[str, ...], release: Release) -> Need:
        """Return it in the walk's words; ``versions`` is the history."""
        last = None if self.to_the_end else max(self.versions, key=versions.index)
        probes = dict(self.probes)
        undone = release.versions if self.release and release.before else ()
        # They report what no single step has shown, so every single step has to be tried.
        for version in versions if self.rollback else undone:
            probes[version] = probes.get(version, frozenset()) | {"down"}
        return Need(last=last, probes=probes, release=undone, rollback=self.rollback)


def wanted(items: Iterable[pytest.Item], records: Mapping[str, Check]) -> Wanted:
    """Return what the selected items want, judged by the names of their fixtures."""
    asked: list[str] = []
    probes: dict[str, frozenset[Probe]] = {}
    fixtures_at_end: set[str] = set()
    kinds: dict[str, Kind] = {}
    for item in items:
        said = about(item)
        if said.judged is not None:
            kinds.setdefault(said.judged.check.id, said.judged.kind)
        if said.nothing is not None:
            continue
        names = frozenset(getattr(item, "fixturenames", ()))
        fixtures_at_end |= names & _END
        version = said.migration
        if version is not None and names & _STEP:
            asked.append(version)
            asked_here = (_PROBES[name] for name in names & _PROBES.keys())
            probes[version] = probes.get(version, frozenset()).union(*asked_here)
    return Wanted(
        walks=bool(asked or fixtures_at_end),
        to_the_end=bool(fixtures_at_end),
        versions=tuple(dict.fromkeys(asked)),
        probes={version: names for version, names in probes.items() if names},
        release="release_undone" in fixtures_at_end,
        rollback="rolled_back" in fixtures_at_end,
        records=dict(records),
        kinds=kinds,
    )

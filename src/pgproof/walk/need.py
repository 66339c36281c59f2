"""What the selected checks need the walk to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Probe = Literal["again", "down", "redo"]
"""An experiment on one step: applied twice; undone; undone and applied again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How far to walk, and with which probes."""

    last: str | None = None
    """The last version that is asked for; None: the whole history."""
    probes: Mapping[str, frozenset[Probe]] = field(default_factory=dict)
    release: tuple[str, ...] = ()
    """The versions whose downs are run at the end, as the release's; none where there is no previous release."""
    rollback: bool = False
    """Whether all downs are run at the end."""

    def of(self, version: str) -> frozenset[Probe]:
        """Return the probes of one step."""
        return self.probes.get(version, frozenset())

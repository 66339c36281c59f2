"""One run of pgproof inside one run of pytest, as the controller and the workers of xdist both see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pgproof.masking import masked_address
from pgproof.profile import Profile, profile_of
from pgproof.settings import Settings
from pgproof.sizes import Sizes, read_sizes
from pgproof.testing.evidence import Evidence
from pgproof.testing.wanted import Wanted

if TYPE_CHECKING:
    from pgproof.contract import Comparison, Contract
    from pgproof.walk.evidence import Folder

WORKER_KEY = "pgproof"
"""Where xdist carries the run's directory to a worker."""


class Run:
    """The settings, the evidence and what is judged by them."""

    def __init__(self, root: Path, evidence: Evidence, settings: Settings) -> None:
        self.root = root
        self.evidence = evidence
        self.settings = settings
        self.profile: Profile = judged_today(settings)
        self.sizes: Sizes = read_sizes(settings.sizes)

    @cached_property
    def contract(self) -> Contract:
        """What the team has agreed on."""
        from pgproof.contract import read_contract  # noqa: PLC0415 - loads the model of catalogs

        return read_contract(self.settings.contract, self.evidence.preview.history.versions)

    @cached_property
    def comparison(self) -> Comparison:
        """What the migrations make, beside that."""
        from pgproof.catalog.contract.blocks import blocks_of  # noqa: PLC0415 - the same
        from pgproof.contract import Comparison  # noqa: PLC0415 - the same

        preview = self.evidence.preview
        found = blocks_of(preview.catalog, migrator=preview.migrator) if self.contract.schema else {}
        return Comparison(self.contract, found)

    def write_settings(self) -> None:
        """Leave the settings for workers, which need no server and get no password."""
        folder(self.root).write("settings", replace(self.settings, server=masked_address(self.settings.server)))

    def write_wanted(self, worker: str, wanted: Wanted) -> None:
        """Leave a worker's note for the controller."""
        folder(self.root).write(f"wanted-{worker}", wanted)

    def read_wanted(self, worker: str) -> Wanted:
        """Return a worker's note."""
        note = folder(self.root).read(f"wanted-{worker}", Wanted)
        if note is None:
            raise RuntimeError(f"worker {worker} left no note")
        return note


def worker_run(root: Path) -> Run:
    """Return the run of an xdist worker; ``root`` is the controller's directory."""
    settings = folder(root).read("settings", Settings)
    if settings is None:
        raise RuntimeError(f"the controller left no settings in {root}")
    return Run(root, Evidence(folder(evidence_root(settings, root))), settings)


def evidence_root(settings: Settings, root: Path) -> Path:
    """Return where the evidence of a run lies."""
    return settings.evidence or root / "evidence"


def judged_today(settings: Settings) -> Profile:
    """Return the levels and waivers of today."""
    return profile_of(settings, date.today())  # noqa: DTZ011 - a waiver ends with the day where the run is


def folder(root: Path) -> Folder:
    """Return a folder of JSON files."""
    from pgproof.walk.evidence import Folder  # noqa: PLC0415 - loads the database driver, which not every pytest needs

    return Folder(root)

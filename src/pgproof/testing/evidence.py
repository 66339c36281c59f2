"""The evidence of one run, as checks read it: each piece once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgproof.walk.evidence import End, Folder, Preview, Step


class Evidence:
    """Preview, steps and end from the folder, each read when it is first asked for."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._steps: dict[int, Step | None] = {}

    @cached_property
    def preview(self) -> Preview:
        """The preview, which every run has."""
        from pgproof.walk.evidence import Preview  # noqa: PLC0415 - loads the database driver

        preview = self.folder.read("preview", Preview)
        if preview is None:
            raise RuntimeError(f"the preview was not recorded in {self.folder.root}")
        return preview

    def step(self, version: str) -> Step | None:
        """Return the step of a migration, None where the walk did not get there."""
        position = self.preview.history.versions.index(version)
        if position not in self._steps:
            self._steps[position] = self.folder.step(position)
        return self._steps[position]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step that the walk reached, in order."""
        found = (self.step(version) for version in self.preview.history.versions)
        return tuple(step for step in found if step is not None)

    @cached_property
    def end(self) -> End | None:
        """The end of the walk."""
        from pgproof.walk.evidence import End  # noqa: PLC0415 - loads the database driver

        return self.folder.read("end", End)

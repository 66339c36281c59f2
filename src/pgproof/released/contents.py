"""The migrations of a history and their contents, as far as they have to stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pgproof.errors import HistoryFault
from pgproof.tool import History, Migration, layouts
from pgproof.tool.layouts.layout import Layout


@dataclass(frozen=True)
class Contents:
    """The migrations of one history as its tool counts them, without those that it applies again when edited."""

    history: History

    @cached_property
    def migrations(self) -> Mapping[str, Migration]:
        """Version → migration, in order."""
        return {m.version: m for m in self.history.singly.migrations if not self._layout.repeats(m.version)}

    @cached_property
    def checksums(self) -> Mapping[str, str]:
        """Version → checksum of what its up holds."""
        return {version: checksum(self.content(version)) for version in self.migrations}

    def to_repeat(self, applied: Contents) -> frozenset[str]:
        """Return the versions that the tool applies again, as they are not what was applied."""
        before = {m.version: m for m in applied.history.singly.migrations if self._layout.repeats(m.version)}
        return frozenset(
            m.version
            for m in self.history.singly.migrations
            if m.version in before and self._read(m.up) != self._read(before[m.version].up)
        )

    def content(self, version: str) -> bytes:
        """Return what a migration's up holds."""
        return self._read(self.migrations[version].up)

    def _read(self, path: Path) -> bytes:
        try:
            return self._layout.content(path)
        except OSError as exc:
            raise HistoryFault(
                f"The migration {path} cannot be read: {exc.strerror}.", "Let the user who runs pgproof read it."
            ) from exc

    def down(self, version: str) -> str | None:
        """Return the text of a migration's down, None where it has none."""
        path = self.migrations[version].down
        return None if path is None else self._layout.script(path, down=True).text

    def lines(self, version: str) -> list[str]:
        """Return the lines of a migration's up, for people."""
        return self.content(version).decode("utf-8", errors="replace").splitlines()

    @cached_property
    def _layout(self) -> Layout:
        return layouts.by_name(self.history.layout)


def checksum(content: bytes) -> str:
    """Return a checksum as the lockfile writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"

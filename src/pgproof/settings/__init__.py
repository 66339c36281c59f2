"""Settings: pgproof.toml or pyproject.toml, then PGPROOF_*, then options; each value knows its source."""

from pgproof.settings.load import load
from pgproof.settings.model import HistoryOverride, Settings, Waiver

__all__ = ["HistoryOverride", "Settings", "Waiver", "load"]
